with open_items as (
    {{ open_items(as_of(), as_known()) }}
),

aged as (
    select
        *,
        cast({{ as_of() }} - due_on as bigint) as days_overdue
    from open_items
),

receivables as (
    select
        item_id,
        invoice_id,
        legal_entity,
        customer_id,
        item_kind,
        currency,
        case
            when balance_minor < 0 then 'credit'
            when days_overdue <= 0 then 'not_due'
            when days_overdue <= 30 then 'days_1_30'
            when days_overdue <= 60 then 'days_31_60'
            when days_overdue <= 90 then 'days_61_90'
            else 'days_over_90'
        end as age_bucket,
        balance_minor,
        case
            when balance_minor > 0 and days_overdue > 0 then balance_minor else 0
        end as overdue_minor,
        greatest(days_overdue, 0) as days_overdue,
        due_on,
        {{ as_of() }} as as_of
    from aged
)

select * from receivables
