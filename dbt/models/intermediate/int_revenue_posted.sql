-- A month's revenue is posted on its last day, once the month is over. The lines behind
-- the sum are in revenue_schedules.
with schedules as (
    select * from {{ ref('revenue_schedules') }}
    where recognised = 'daily' and month_end <= {{ as_of() }}
),

posted as (
    select
        legal_entity,
        cast(null as varchar) as customer_id,
        'revenue_recognised' as event_name,
        currency,
        cast(vat_rate as varchar) as account_qualifier,
        'recognised_minor' as amount_name,
        0 as object_line,
        cast(sum(recognised_minor) as bigint) as amount_minor,
        month_end as accounting_date,
        cast(null as timestamptz) as recorded_at,
        legal_entity || '/' || strftime(month_end, '%Y-%m') as object_id
    from schedules
    group by legal_entity, currency, vat_rate, month_end
)

select * from posted
