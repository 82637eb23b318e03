with source as (
    select * from {{ source('books', 'subscriptions') }}
),

renamed as (
    select
        subscription_id,
        customer_id,
        payer_id,
        recipient_id,
        giver_id,
        quote_id,
        legal_entity,
        seq,
        command_id,
        currency,
        payment_method,
        price_list,
        exit_fee_kind,
        actor,
        exit_fee_minor,
        started_on,
        bound_until,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
