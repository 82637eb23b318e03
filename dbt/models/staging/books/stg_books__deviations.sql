with source as (
    select * from {{ source('books', 'deviations') }}
),

renamed as (
    select
        deviation_id,
        payment_id,
        suggested_item_id,
        seq,
        command_id,
        reason,
        currency,
        suggestion,
        actor,
        amount_minor,
        opened_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
