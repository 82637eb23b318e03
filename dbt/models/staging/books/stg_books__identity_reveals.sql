with source as (
    select * from {{ source('books', 'identity_reveals') }}
),

renamed as (
    select
        customer_id,
        seq,
        command_id,
        reason,
        actor,
        revealed_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
