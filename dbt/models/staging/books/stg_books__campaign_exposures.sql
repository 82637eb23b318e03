with source as (
    select * from {{ source('books', 'campaign_exposures') }}
),

renamed as (
    select
        campaign_id,
        customer_id,
        seq,
        command_id,
        arm,
        actor,
        exposed_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
