-- What a customer can owe or have to their credit on account 1510.
with invoices as (
    select * from {{ ref('stg_books__invoices') }}
),

customers as (
    select * from {{ ref('int_customers_standing') }}
),

opening_lines as (
    select
        invoice_id,
        period_from as taken_over_on
    from {{ ref('stg_books__invoice_lines') }}
    where line_kind = 'opening'
),

reminders as (
    select * from {{ ref('stg_books__reminders') }}
),

documents as (
    select
        invoices.invoice_id as item_id,
        invoices.invoice_id,
        invoices.legal_entity,
        invoices.payer_id,
        invoices.invoice_kind as item_kind,
        invoices.currency,
        invoices.total_minor as amount_minor,
        -- What was taken over is owed here from that day on.
        coalesce(opening_lines.taken_over_on, invoices.issued_on) as issued_on,
        invoices.due_on,
        invoices.recorded_at
    from invoices
    left join opening_lines on invoices.invoice_id = opening_lines.invoice_id
),

reminder_claims as (
    select
        reminders.reminder_id as item_id,
        reminders.invoice_id,
        invoices.legal_entity,
        invoices.payer_id,
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
),

receivable_items as (
    select
        items.item_id,
        items.invoice_id,
        items.legal_entity,
        items.item_kind,
        items.currency,
        items.amount_minor,
        items.issued_on,
        items.due_on,
        items.recorded_at,
        coalesce(customers.standing_id, items.payer_id) as customer_id
    from items
    left join customers on items.payer_id = customers.customer_id
)

select * from receivable_items
