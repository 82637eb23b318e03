-- The intervals of the items, cut where a new billing day begins, with that day.
with held as (
    select * from {{ ref('int_items_held') }}
),

changes as (
    select * from {{ ref('int_changes_standing') }}
),

anchors as (
    select
        subscription_id,
        effective_on as anchored_on,
        arg_max_null(anchor_kind, seq) as anchor_kind,
        arg_max_null(anchor_day, seq) as anchor_day,
        -- After an odd first period cycles are counted from its end, backwards too.
        coalesce(arg_max_null(until_on, seq), effective_on) as counted_from
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
        arg_max_null(anchors.anchor_kind, anchors.anchored_on) as anchor_kind,
        arg_max_null(anchors.anchor_day, anchors.anchored_on) as anchor_day,
        arg_max_null(anchors.counted_from, anchors.anchored_on) as counted_from
    from pieces
    inner join anchors
        on
            pieces.subscription_id = anchors.subscription_id
            and pieces.from_on >= anchors.anchored_on
    group by pieces.subscription_id, pieces.item, pieces.from_on
),

items_cut as (
    select
        pieces.subscription_id,
        pieces.plan_id,
        pieces.item,
        pieces.end_reason,
        latest_anchors.anchor_kind,
        pieces.quantity,
        pieces.agreed_minor,
        latest_anchors.anchor_day,
        latest_anchors.counted_from,
        pieces.plan_from_on,
        pieces.from_on,
        pieces.to_on
    from pieces
    left join latest_anchors
        on
            pieces.subscription_id = latest_anchors.subscription_id
            and pieces.item = latest_anchors.item
            and pieces.from_on = latest_anchors.from_on
)

select * from items_cut
