with source as (
    select * from {{ source('books', 'mandates') }}
),

renamed as (
    select
        mandate_id,
        customer_id,
        seq,
        command_id,
        scheme,
        payer_number,
        bank_account,
        event as mandate_event,
        reason,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
