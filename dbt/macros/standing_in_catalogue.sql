{#- A row of the catalogue counts until the change that brought it is taken back. -#}
{% macro standing_in_catalogue() -%}
    command_id not in (
        select applied_command from {{ ref('stg_books__catalogue_withdrawals') }}
    )
{%- endmacro %}
