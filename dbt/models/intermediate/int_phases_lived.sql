-- The steps before a plan's evergreen price, and the day on which an item leaves each.
with recursive steps as (
    select
        plan_id,
        phase,
        max_by(phase_count * case phase_unit
            when 'month' then 1 when 'quarter' then 3 when 'year' then 12 else 0
        end, price_version) as cycle_months,
        max_by(phase_count * case phase_unit
            when 'day' then 1 when 'week' then 7 else 0
        end, price_version) as cycle_days
    from {{ ref('stg_books__price_versions') }}
    -- A price list has prices of its own for the steps, and the plan's durations.
    where phase > 0 and price_list = ''
    group by plan_id, phase
),

taken as (
    select distinct
        items.subscription_id,
        items.item,
        items.plan_id,
        items.plan_from_on
    from {{ ref('int_items_anchored') }} as items
    inner join steps on items.plan_id = steps.plan_id
),

lived as (
    select
        *,
        0 as phase,
        plan_from_on as left_on
    from taken
    union all
    select
        lived.subscription_id,
        lived.item,
        lived.plan_id,
        lived.plan_from_on,
        steps.phase,
        {{ shifted('lived.left_on', 'steps.cycle_months', 'steps.cycle_days') }}
            as left_on
    from lived
    inner join steps
        on
            lived.plan_id = steps.plan_id
            and lived.phase + 1 = steps.phase
),

phases as (
    select * from lived
    where phase > 0
)

select * from phases
