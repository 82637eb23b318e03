with source as (
    select * from {{ source('books', 'subscription_changes') }}
),

renamed as (
    select
        change_id,
        subscription_id,
        plan_id,
        campaign_id,
        seq,
        command_id,
        kind as change_kind,
        item,
        anchor_kind,
        effect,
        credit,
        reason,
        undoes,
        code as campaign_code,
        actor,
        quantity,
        agreed_minor,
        anchor_day,
        effective_on,
        until_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
