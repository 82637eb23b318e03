with changes as (
    select * from {{ ref('stg_books__subscription_changes') }}
),

undone as (
    select distinct undoes as change_id
    from changes
    where undoes is not null
),

subscriptions as (
    select * from {{ ref('stg_books__subscriptions') }}
),

changes_recorded as (
    select
        changes.change_id,
        changes.subscription_id,
        subscriptions.payer_id as customer_id,
        subscriptions.legal_entity,
        changes.plan_id,
        changes.campaign_id,
        changes.change_kind,
        changes.effect,
        changes.credit,
        changes.reason,
        changes.undoes,
        changes.actor,
        changes.quantity,
        changes.agreed_minor,
        changes.effective_on,
        changes.until_on,
        changes.recorded_at,
        coalesce(changes.item, 'main') as item,
        undone.change_id is not null as is_undone,
        changes.effective_on < cast(changes.recorded_at as date) as is_backdated
    from changes
    inner join subscriptions
        on changes.subscription_id = subscriptions.subscription_id
    left join undone on changes.change_id = undone.change_id
)

select * from changes_recorded
