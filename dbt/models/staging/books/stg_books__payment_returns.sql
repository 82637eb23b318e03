with source as (
    select * from {{ source('books', 'payment_returns') }}
),

renamed as (
    select
        payment_id,
        seq,
        command_id,
        reason,
        actor,
        returned_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
