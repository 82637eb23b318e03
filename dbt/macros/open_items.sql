{#- What is open of each item at the end of a day, by what was known on a day. -#}
{% macro open_items(as_of, as_known) -%}
    select
        item_id,
        invoice_id,
        legal_entity,
        customer_id,
        item_kind,
        currency,
        cast(sum(amount_minor) as bigint) as balance_minor,
        due_on
    from {{ ref('receivable_entries') }}
    where
        posting_date <= {{ as_of }}
        and cast(recorded_at as date) <= {{ as_known }}
    group by all
    having sum(amount_minor) <> 0
{%- endmacro %}
