-- What each item had from each of its changes until the next, or until its end.
with changes as (
    select * from {{ ref('int_changes_standing') }}
),

-- A plan taken without an agreed price has the catalogue's: -1 until it is carried on.
points as (
    select
        *,
        case
            when plan_id is not null then coalesce(agreed_minor, -1) else agreed_minor
        end as agreed_or_listed,
        case when plan_id is not null then effective_on end as plan_taken_on
    from changes
    where change_kind in ('start', 'change', 'add')
),

carried as (
    select
        subscription_id,
        item,
        seq,
        effective_on as from_on,
        last_value(plan_id ignore nulls) over item_so_far as plan_id,
        last_value(quantity ignore nulls) over item_so_far as quantity,
        last_value(agreed_or_listed ignore nulls) over item_so_far as agreed_minor,
        last_value(plan_taken_on ignore nulls) over item_so_far as plan_from_on
    from points
    window
        item_so_far as (
            partition by subscription_id, item
            order by effective_on, seq
            rows between unbounded preceding and current row
        )
),

-- Two changes of one day: the later recorded is the one that holds.
last_of_day as (
    select * from carried
    qualify
        row_number() over (
            partition by subscription_id, item, from_on
            order by seq desc
        ) = 1
),

until_next as (
    select
        *,
        lead(from_on) over (
            partition by subscription_id, item
            order by from_on
        ) as next_on
    from last_of_day
),

ends as (
    select
        subscription_id,
        case when change_kind = 'remove' then item end as item,
        max_by(effective_on, seq) as ended_on,
        arg_max_null(reason, seq) as end_reason
    from changes
    where change_kind in ('cancel', 'remove')
    group by subscription_id, case when change_kind = 'remove' then item end
),

cut as (
    select
        until_next.*,
        cancelled.end_reason as cancel_reason,
        cancelled.ended_on as cancelled_on,
        removed.ended_on as removed_on,
        least(until_next.next_on, cancelled.ended_on, removed.ended_on) as to_on
    from until_next
    left join ends as cancelled
        on
            until_next.subscription_id = cancelled.subscription_id
            and cancelled.item is null
    left join ends as removed
        on
            until_next.subscription_id = removed.subscription_id
            and until_next.item = removed.item
),

held as (
    select
        subscription_id,
        plan_id,
        item,
        plan_from_on,
        from_on,
        to_on,
        case
            when to_on = cancelled_on then coalesce(cancel_reason, 'unknown')
            when to_on = removed_on then 'addon_removed'
        end as end_reason,
        coalesce(quantity, 1) as quantity,
        nullif(agreed_minor, -1) as agreed_minor
    from cut
    where to_on is null or from_on < to_on
)

select * from held
