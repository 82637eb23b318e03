with reminders as (
    select * from {{ ref('stg_books__reminders') }}
),

invoices as (
    select * from {{ ref('stg_books__invoices') }}
),

claims as (
    select
        reminders.reminder_id as object_id,
        invoices.legal_entity,
        invoices.payer_id as customer_id,
        'reminder_issued' as event_name,
        reminders.currency,
        null as account_qualifier,
        reminders.fee_minor,
        reminders.interest_minor,
        reminders.issued_on as accounting_date,
        reminders.recorded_at
    from reminders
    inner join invoices on reminders.invoice_id = invoices.invoice_id
),

posted as (
    select
        object_id,
        legal_entity,
        customer_id,
        event_name,
        currency,
        account_qualifier,
        'fee_minor' as amount_name,
        0 as object_line,
        fee_minor as amount_minor,
        accounting_date,
        recorded_at
    from claims
    union all
    select
        object_id,
        legal_entity,
        customer_id,
        event_name,
        currency,
        account_qualifier,
        'interest_minor' as amount_name,
        0 as object_line,
        interest_minor as amount_minor,
        accounting_date,
        recorded_at
    from claims
)

select * from posted
