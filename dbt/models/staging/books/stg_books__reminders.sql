with source as (
    select * from {{ source('books', 'reminders') }}
),

renamed as (
    select
        reminder_id,
        invoice_id,
        seq,
        command_id,
        currency,
        actor,
        step as reminder_step,
        fee_minor,
        interest_minor,
        open_minor,
        issued_on,
        due_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
