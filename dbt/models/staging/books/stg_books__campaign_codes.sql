with source as (
    select * from {{ source('books', 'campaign_codes') }}
),

renamed as (
    select
        campaign_id,
        seq,
        command_id,
        code as campaign_code,
        actor,
        max_uses,
        valid_to,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
