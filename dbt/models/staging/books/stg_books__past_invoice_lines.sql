with source as (
    select * from {{ source('books', 'past_invoice_lines') }}
),

renamed as (
    select
        invoice_id,
        legal_entity,
        customer_id,
        subscription_id,
        plan_id,
        seq,
        command_id,
        text as line_text,
        currency,
        actor,
        n as line_number,
        net_minor,
        vat_minor,
        issued_on,
        period_from,
        period_to,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
