with source as (
    select * from {{ source('books', 'one_off_charges') }}
),

renamed as (
    select
        charge_id,
        customer_id,
        legal_entity,
        product_id,
        seq,
        command_id,
        currency,
        text as charge_text,
        actor,
        amount_minor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
