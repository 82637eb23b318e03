with source as (
    select * from {{ source('books', 'collection_orders') }}
),

renamed as (
    select
        order_id,
        invoice_id,
        mandate_id,
        seq,
        command_id,
        currency,
        actor,
        attempt,
        amount_minor,
        ordered_on,
        due_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
