with source as (
    select * from {{ source('books', 'address_withdrawals') }}
),

renamed as (
    select
        address_id,
        seq,
        command_id,
        actor,
        withdrawn_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
