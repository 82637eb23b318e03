-- The intervals of the items with the cycle that they are billed by.
with pieces as (
    select * from {{ ref('int_items_cut') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions_standing') }}
),

plans as (
    select * from {{ ref('int_plans_current') }}
),

with_cycles as (
    select
        pieces.subscription_id,
        subscriptions.payer_id as customer_id,
        subscriptions.legal_entity,
        pieces.plan_id,
        plans.product_id,
        pieces.item,
        pieces.end_reason,
        subscriptions.currency,
        plans.vat_category,
        plans.usage_metric,
        plans.every_unit,
        pieces.quantity,
        subscriptions.price_list,
        pieces.agreed_minor,
        plans.minimum_minor,
        plans.cycle_months,
        plans.cycle_days,
        plans.value_factor,
        plans.value_divisor,
        plans.prices_include_vat,
        subscriptions.is_moved_in,
        subscriptions.started_on,
        pieces.from_on,
        pieces.to_on,
        plans.is_fixed_term or subscriptions.is_gift_for_a_time as is_fixed_term,
        -- What has moved in has had its first plan for as long as it has run.
        case
            when
                pieces.item = 'main'
                and pieces.plan_from_on = min(pieces.plan_from_on) over (
                    partition by pieces.subscription_id, pieces.item
                )
                then least(pieces.plan_from_on, subscriptions.started_on)
            else pieces.plan_from_on
        end as plan_from_on,
        coalesce(
            pieces.anchor_kind, plans.anchor_kind, 'subscription'
        ) as anchor_kind,
        case
            when pieces.anchor_kind is not null then pieces.anchor_day
            else plans.anchor_day
        end as anchor_day,
        coalesce(pieces.counted_from, subscriptions.started_on) as counted_from
    from pieces
    inner join subscriptions on pieces.subscription_id = subscriptions.subscription_id
    inner join plans on pieces.plan_id = plans.plan_id
),

anchored as (
    select
        *,
        case when anchor_kind = 'day' then anchor_day end as day_of_month,
        case
            when anchor_kind = 'subscription' or every_unit = 'day' then counted_from
            when anchor_kind = 'calendar' and every_unit = 'week'
                then date '2018-01-01'
            when anchor_kind = 'calendar' then make_date(year(counted_from), 1, 1)
            when every_unit = 'week' then counted_from
            when
                {{ clamped(month_number('counted_from'), 'coalesce(anchor_day, 1)') }}
                >= counted_from
                then {{ clamped(
                    month_number('counted_from'), 'coalesce(anchor_day, 1)'
                ) }}
            else {{ clamped(
                month_number('counted_from') ~ ' + 1', 'coalesce(anchor_day, 1)'
            ) }}
        end as anchor
    from with_cycles
)

select * from anchored
