with source as (
    select * from {{ source('books', 'payments') }}
),

renamed as (
    select
        payment_id,
        legal_entity,
        seq,
        command_id,
        account as bank_account,
        bank_reference,
        method as payment_method,
        currency,
        reference as payment_reference,
        payer_name,
        payer_account,
        file_sha256,
        position as file_position,
        actor,
        ordinal,
        amount_minor,
        booked_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
