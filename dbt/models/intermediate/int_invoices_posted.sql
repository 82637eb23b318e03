-- What was open in the system before is taken over as it is: the receivable against
-- opening balances. Its revenue and its VAT have been accounted for there.
with opening_lines as (
    select
        invoice_id,
        period_from as taken_over_on
    from {{ ref('stg_books__invoice_lines') }}
    where line_kind = 'opening'
),

documents as (
    select
        invoices.*,
        opening_lines.taken_over_on
    from {{ ref('stg_books__invoices') }} as invoices
    left join opening_lines on invoices.invoice_id = opening_lines.invoice_id
),

invoices as (
    select
        *,
        case invoice_kind
            when 'credit_note' then 'credit_note_issued' else 'invoice_issued'
        end as event_name
    from documents
    where taken_over_on is null
),

-- Two categories of one rate (a paper and its digital edition) share an account.
taxes as (
    select
        invoice_id,
        vat_rate,
        cast(sum(vat_minor) as bigint) as vat_minor,
        max(recorded_at) as recorded_at
    from {{ ref('stg_books__invoice_taxes') }}
    group by invoice_id, vat_rate
),

lines as (
    select * from {{ ref('invoice_lines') }}
    where line_kind is distinct from 'opening'
),

taken_over as (
    select
        invoice_id as object_id,
        legal_entity,
        payer_id as customer_id,
        'opening_moved_in' as event_name,
        currency,
        null as account_qualifier,
        'open_minor' as amount_name,
        0 as object_line,
        total_minor as amount_minor,
        taken_over_on as accounting_date,
        recorded_at
    from documents
    where taken_over_on is not null
),

totals as (
    select
        invoice_id as object_id,
        legal_entity,
        payer_id as customer_id,
        event_name,
        currency,
        null as account_qualifier,
        'total_minor' as amount_name,
        0 as object_line,
        total_minor as amount_minor,
        issued_on as accounting_date,
        recorded_at
    from invoices
),

roundings as (
    select
        invoice_id as object_id,
        legal_entity,
        payer_id as customer_id,
        event_name,
        currency,
        null as account_qualifier,
        'rounding_minor' as amount_name,
        0 as object_line,
        rounding_minor as amount_minor,
        issued_on as accounting_date,
        recorded_at
    from invoices
),

vat as (
    select
        taxes.invoice_id as object_id,
        invoices.legal_entity,
        invoices.payer_id as customer_id,
        invoices.event_name,
        invoices.currency,
        cast(taxes.vat_rate as varchar) as account_qualifier,
        'vat_minor' as amount_name,
        0 as object_line,
        taxes.vat_minor as amount_minor,
        invoices.issued_on as accounting_date,
        taxes.recorded_at
    from taxes
    inner join invoices on taxes.invoice_id = invoices.invoice_id
),

net as (
    select
        invoice_id as object_id,
        legal_entity,
        customer_id,
        case invoice_kind
            when 'credit_note' then 'credit_note_issued' else 'invoice_issued'
        end as event_name,
        currency,
        cast(vat_rate as varchar) as account_qualifier,
        case recognised
            when 'daily' then 'deferred_net_minor' else 'immediate_net_minor'
        end as amount_name,
        line_number as object_line,
        net_minor as amount_minor,
        issued_on as accounting_date,
        recorded_at
    from lines
),

posted as (
    select * from totals
    union all by name
    select * from roundings
    union all by name
    select * from vat
    union all by name
    select * from net
    union all by name
    select * from taken_over
)

select * from posted
