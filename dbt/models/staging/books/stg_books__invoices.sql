with source as (
    select * from {{ source('books', 'invoices') }}
),

renamed as (
    select
        invoice_id,
        legal_entity,
        payer_id,
        run_id,
        amends_id,
        seq,
        command_id,
        series as invoice_series,
        kind as invoice_kind,
        currency,
        reference as payment_reference,
        payment_method,
        actor,
        number as invoice_number,
        net_minor,
        vat_minor,
        rounding_minor,
        total_minor,
        issued_on,
        due_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
