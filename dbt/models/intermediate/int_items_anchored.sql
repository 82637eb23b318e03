-- The intervals of the items, cut where a new billing day begins, with their cycle.
with held as (
    select * from {{ ref('int_items_held') }}
),

changes as (
    select * from {{ ref('int_changes_standing') }}
),

subscriptions as (
    select * from {{ ref('stg_books__subscriptions') }}
),

plans as (
    select * from {{ ref('int_plans_current') }}
),

anchors as (
    select
        subscription_id,
        effective_on as anchored_on,
        max_by(anchor_kind, seq) as anchor_kind,
        max_by(anchor_day, seq) as anchor_day
    from changes
    where anchor_kind is not null
    group by subscription_id, effective_on
),

starts as (
    select
        subscription_id,
        item,
        from_on as held_from,
        from_on
    from held
    union
    select
        held.subscription_id,
        held.item,
        held.from_on as held_from,
        anchors.anchored_on as from_on
    from held
    inner join anchors on held.subscription_id = anchors.subscription_id
    where
        anchors.anchored_on > held.from_on
        and (held.to_on is null or anchors.anchored_on < held.to_on)
),

intervals as (
    select
        * exclude (from_on, to_on),
        from_on as held_from,
        to_on as held_to
    from held
),

pieces as (
    select
        intervals.*,
        starts.from_on,
        coalesce(
            lead(starts.from_on) over (
                partition by
                    intervals.subscription_id, intervals.item, intervals.held_from
                order by starts.from_on
            ),
            intervals.held_to
        ) as to_on
    from intervals
    inner join starts
        on
            intervals.subscription_id = starts.subscription_id
            and intervals.item = starts.item
            and intervals.held_from = starts.held_from
),

latest_anchors as (
    select
        pieces.subscription_id,
        pieces.item,
        pieces.from_on,
        max_by(anchors.anchor_kind, anchors.anchored_on) as anchor_kind,
        max_by(anchors.anchor_day, anchors.anchored_on) as anchor_day,
        max(anchors.anchored_on) as anchored_on
    from pieces
    inner join anchors
        on
            pieces.subscription_id = anchors.subscription_id
            and pieces.from_on >= anchors.anchored_on
    group by pieces.subscription_id, pieces.item, pieces.from_on
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
        pieces.agreed_minor,
        plans.minimum_minor,
        plans.cycle_months,
        plans.cycle_days,
        plans.value_factor,
        plans.value_divisor,
        plans.prices_include_vat,
        pieces.plan_from_on,
        pieces.from_on,
        pieces.to_on,
        coalesce(
            latest_anchors.anchor_kind, plans.anchor_kind, 'subscription'
        ) as anchor_kind,
        case
            when latest_anchors.anchor_kind is not null then latest_anchors.anchor_day
            else plans.anchor_day
        end as anchor_day,
        coalesce(latest_anchors.anchored_on, subscriptions.started_on) as counted_from
    from pieces
    inner join subscriptions on pieces.subscription_id = subscriptions.subscription_id
    inner join plans on pieces.plan_id = plans.plan_id
    left join latest_anchors
        on
            pieces.subscription_id = latest_anchors.subscription_id
            and pieces.item = latest_anchors.item
            and pieces.from_on = latest_anchors.from_on
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
