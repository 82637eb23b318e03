-- What a customer can owe or have to their credit on account 1510.
with invoices as (
    select * from {{ ref('stg_books__invoices') }}
),

reminders as (
    select * from {{ ref('stg_books__reminders') }}
),

documents as (
    select
        invoice_id as item_id,
        invoice_id,
        legal_entity,
        payer_id as customer_id,
        invoice_kind as item_kind,
        currency,
        total_minor as amount_minor,
        issued_on,
        due_on,
        recorded_at
    from invoices
),

reminder_claims as (
    select
        reminders.reminder_id as item_id,
        reminders.invoice_id,
        invoices.legal_entity,
        invoices.payer_id as customer_id,
        'reminder' as item_kind,
        reminders.currency,
        reminders.fee_minor + reminders.interest_minor as amount_minor,
        reminders.issued_on,
        reminders.due_on,
        reminders.recorded_at
    from reminders
    inner join invoices on reminders.invoice_id = invoices.invoice_id
    where reminders.fee_minor + reminders.interest_minor <> 0
),

items as (
    select * from documents
    union all by name
    select * from reminder_claims
)

select * from items
