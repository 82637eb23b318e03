with source as (
    select * from {{ source('books', 'campaigns') }}
),

renamed as (
    select
        campaign_id,
        seq,
        command_id,
        name as campaign_name,
        code as campaign_code,
        discount_kind,
        lasts_kind,
        plans,
        actor,
        percent,
        amount_minor,
        lasts_periods,
        new_customers_only,
        stacks,
        effective_on,
        lasts_until,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
