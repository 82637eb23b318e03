with source as (
    select * from {{ source('books', 'subscriptions') }}
),

renamed as (
    select
        subscription_id,
        customer_id,
        payer_id,
        recipient_id,
        legal_entity,
        seq,
        command_id,
        currency,
        payment_method,
        actor,
        started_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
