{% macro as_of() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}

{% macro as_known() -%}
    cast('{{ var("as_known") }}' as date)
{%- endmacro %}
