with source as (
    select * from {{ source('books', 'erasures') }}
),

renamed as (
    select
        customer_id,
        seq,
        command_id,
        reason,
        fields as erased_fields,
        kept as kept_fields,
        actor,
        erased_on,
        kept_until,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
