-- A pause ends on the day it names, or with the first resumption after it.
with changes as (
    select * from {{ ref('int_changes_standing') }}
),

begun as (
    select * from changes
    where change_kind = 'pause'
),

resumed as (
    select * from changes
    where change_kind = 'resume'
),

bounded as (
    select
        begun.change_id,
        begun.subscription_id,
        begun.effective_on as paused_from,
        least(begun.until_on, min(resumed.effective_on)) as paused_to
    from begun
    left join resumed
        on
            begun.subscription_id = resumed.subscription_id
            and begun.effective_on <= resumed.effective_on
    group by
        begun.change_id, begun.subscription_id, begun.effective_on, begun.until_on
),

pauses as (
    select * from bounded
    where paused_to is null or paused_from < paused_to
)

select * from pauses
