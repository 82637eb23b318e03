with source as (
    select * from {{ source('books', 'campaign_steps') }}
),

renamed as (
    select
        campaign_id,
        seq,
        command_id,
        discount_kind,
        actor,
        step as campaign_step,
        percent,
        amount_minor,
        periods,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
