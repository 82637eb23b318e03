with reminders as (
    select * from {{ ref('stg_books__reminders') }}
),

invoices as (
    select * from {{ ref('invoices') }}
),

dunning_steps as (
    select
        reminders.reminder_id,
        reminders.invoice_id,
        invoices.legal_entity,
        invoices.customer_id,
        reminders.currency,
        reminders.reminder_step,
        reminders.fee_minor,
        reminders.interest_minor,
        reminders.open_minor,
        invoices.due_on as invoice_due_on,
        reminders.issued_on,
        reminders.due_on,
        invoices.settled_on as invoice_settled_on
    from reminders
    inner join invoices on reminders.invoice_id = invoices.invoice_id
)

select * from dunning_steps
