with source as (
    select * from {{ source('books', 'quotes') }}
),

renamed as (
    select
        quote_id,
        customer_id,
        seq,
        command_id,
        agreements as agreements_json,
        activation as activated_by,
        reference as payment_reference,
        currency,
        actor,
        first_minor,
        quoted_on,
        valid_until,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
