with source as (
    select * from {{ source('books', 'billing_run_steps') }}
),

renamed as (
    select
        run_id,
        seq,
        command_id,
        step as run_step,
        fingerprint,
        actor,
        invoices,
        credit_notes,
        lines,
        net_minor,
        vat_minor,
        total_minor,
        parked,
        on_date,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
