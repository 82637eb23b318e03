-- A fact that was taken back counts as if it had never been.
with changes as (
    select * from {{ ref('stg_books__subscription_changes') }}
),

undone as (
    select distinct undoes as change_id
    from changes
    where undoes is not null
),

standing as (
    select
        changes.change_id,
        changes.subscription_id,
        changes.plan_id,
        changes.campaign_id,
        changes.campaign_code,
        changes.seq,
        changes.change_kind,
        changes.anchor_kind,
        changes.reason,
        changes.quantity,
        changes.agreed_minor,
        changes.anchor_day,
        changes.effective_on,
        changes.until_on,
        coalesce(changes.item, 'main') as item
    from changes
    left join undone on changes.change_id = undone.change_id
    where undone.change_id is null and changes.change_kind <> 'undo'
)

select * from standing
