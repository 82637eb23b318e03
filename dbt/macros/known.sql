{#- Which facts count: all that are landed, or those recorded by the end of a day. -#}
{% macro known() -%}
    {%- if var('as_known') >= '9999' -%}
        true
    {%- else -%}
        cast(recorded_at as date) <= {{ as_known() }}
    {%- endif -%}
{%- endmacro %}
