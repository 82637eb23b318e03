{#- The terms of a price as fields: tiers, packages, shares (billing.catalogue). -#}
{% macro price_terms(terms_json) -%}
    from_json({{ terms_json }}, '{
        "tiers": [{
            "up_to": "DECIMAL(18,6)", "amount": "DECIMAL(18,6)", "flat": "DECIMAL(18,6)"
        }],
        "size": "BIGINT", "free_units": "DECIMAL(18,6)", "rate": "DECIMAL(18,6)",
        "fixed": "DECIMAL(18,6)", "min": "DECIMAL(18,6)", "max": "DECIMAL(18,6)"
    }')
{%- endmacro %}
