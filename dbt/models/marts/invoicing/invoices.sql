with invoices as (
    select * from {{ ref('stg_books__invoices') }}
),

entries as (
    select * from {{ ref('receivable_entries') }}
    where
        posting_date <= {{ as_of() }}
        and item_kind in ('invoice', 'credit_note')
),

settled_by_item as (
    select
        item_id,
        cast(sum(amount_minor) as bigint) as open_minor,
        cast(-coalesce(sum(amount_minor) filter (
            where entry_kind in ('payment', 'payment_return')
        ), 0) as bigint) as paid_minor,
        max(posting_date) as last_entry_on
    from entries
    group by item_id
),

invoices_settled as (
    select
        invoices.invoice_id,
        invoices.legal_entity,
        invoices.payer_id as customer_id,
        invoices.run_id,
        invoices.amends_id,
        invoices.invoice_series,
        invoices.invoice_kind,
        invoices.payment_reference,
        invoices.payment_method,
        invoices.currency,
        case
            when coalesce(settled_by_item.open_minor, 0) = 0 then 'settled'
            when settled_by_item.open_minor < 0 then 'credit'
            when invoices.due_on < {{ as_of() }} then 'overdue'
            else 'open'
        end as invoice_state,
        invoices.invoice_number,
        invoices.net_minor,
        invoices.vat_minor,
        invoices.rounding_minor,
        invoices.total_minor,
        coalesce(settled_by_item.paid_minor, 0) as paid_minor,
        coalesce(settled_by_item.open_minor, 0) as open_minor,
        invoices.issued_on,
        invoices.due_on,
        case
            when coalesce(settled_by_item.open_minor, 0) = 0
                then settled_by_item.last_entry_on
        end as settled_on,
        invoices.recorded_at
    from invoices
    left join settled_by_item on invoices.invoice_id = settled_by_item.item_id
)

select * from invoices_settled
