with source as (
    select * from {{ source('books', 'temporary_addresses') }}
),

renamed as (
    select
        address_id,
        customer_id,
        seq,
        command_id,
        purpose as address_purpose,
        address_line,
        postal_code,
        city,
        country,
        actor,
        valid_from,
        valid_to,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
