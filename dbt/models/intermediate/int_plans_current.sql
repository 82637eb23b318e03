-- The plan as it is on the day, with its product and its cycle in months or days.
with plans as (
    select * from {{ ref('stg_books__plans') }}
),

products as (
    select * from {{ ref('stg_books__products') }}
),

plans_latest as (
    select * from plans
    qualify
        row_number() over (
            partition by plan_id
            order by effective_on <= {{ as_of() }} desc, effective_on desc, seq desc
        ) = 1
),

products_latest as (
    select * from products
    qualify
        row_number() over (
            partition by product_id
            order by effective_on <= {{ as_of() }} desc, effective_on desc, seq desc
        ) = 1
),

plans_current as (
    select
        plans_latest.plan_id,
        plans_latest.product_id,
        plans_latest.plan_name,
        products_latest.product_name,
        products_latest.vat_category,
        products_latest.recognised,
        plans_latest.every_unit,
        plans_latest.billing_timing,
        plans_latest.currency,
        plans_latest.anchor_kind,
        plans_latest.usage_metric,
        plans_latest.every_count,
        plans_latest.anchor_day,
        plans_latest.setup_fee_minor,
        plans_latest.minimum_minor,
        plans_latest.prices_include_vat,
        plans_latest.every_count * case plans_latest.every_unit
            when 'month' then 1 when 'quarter' then 3 when 'year' then 12 else 0
        end as cycle_months,
        plans_latest.every_count * case plans_latest.every_unit
            when 'day' then 1 when 'week' then 7 else 0
        end as cycle_days,
        -- A month's worth of a cycle is 12 over the cycles of a year.
        plans_latest.every_count * case plans_latest.every_unit
            when 'month' then 12 when 'quarter' then 36 when 'year' then 144 else 12
        end as value_divisor,
        case plans_latest.every_unit
            when 'week' then 52 when 'day' then 365 else 12
        end as value_factor
    from plans_latest
    left join products_latest
        on plans_latest.product_id = products_latest.product_id
)

select * from plans_current
