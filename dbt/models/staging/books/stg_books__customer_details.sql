with source as (
    select * from {{ source('books', 'customer_details') }}
),

renamed as (
    select
        customer_id,
        seq,
        command_id,
        name as customer_name,
        vat_number,
        gln,
        email,
        phone,
        address_line,
        postal_code,
        city,
        country,
        language as language_code,
        delivery as delivery_channel,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
