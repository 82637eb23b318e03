-- The plan as it is on the day, with its product and its cycle in months or days.
with plans as (
    select * from {{ ref('stg_books__plans') }}
),

products as (
    select * from {{ ref('int_products_current') }}
),

plans_latest as (
    select * from plans
    qualify
        row_number() over (
            partition by plan_id
            order by effective_on <= {{ as_of() }} desc, effective_on desc, seq desc
        ) = 1
),

-- What is sold by deliveries lasts for so many weeks as they take when none falls out;
-- campaigns count its periods in these days (billing.invoicing.deliveries).
products_delivered as (
    select
        *,
        coalesce(len(string_split(delivery_weekdays, ',')), 1) as week_deliveries
    from products
),

plans_current as (
    select
        plans_latest.plan_id,
        plans_latest.product_id,
        plans_latest.plan_name,
        products_delivered.product_name,
        products_delivered.vat_category,
        products_delivered.recognised,
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
        -- What ends by itself is sold for a time and does not recur (kpi.md §5.1).
        not coalesce(plans_latest.renews, true) as is_fixed_term,
        plans_latest.every_count * case plans_latest.every_unit
            when 'month' then 1 when 'quarter' then 3 when 'year' then 12 else 0
        end as cycle_months,
        case plans_latest.every_unit
            when 'delivery'
                then cast(
                    plans_latest.every_count * 7
                    // products_delivered.week_deliveries as integer
                )
            when 'week' then plans_latest.every_count * 7
            when 'day' then plans_latest.every_count
            else 0
        end as cycle_days,
        -- A month's worth of a cycle is 12 over the cycles of a year.
        plans_latest.every_count * case plans_latest.every_unit
            when 'month' then 12 when 'quarter' then 36 when 'year' then 144 else 12
        end as value_divisor,
        case plans_latest.every_unit
            when 'week' then 52
            when 'day' then 365
            when 'delivery'
                then cast(52 * products_delivered.week_deliveries as integer)
            else 12
        end as value_factor
    from plans_latest
    left join products_delivered
        on plans_latest.product_id = products_delivered.product_id
)

select * from plans_current
