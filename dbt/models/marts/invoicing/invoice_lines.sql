with lines as (
    select * from {{ ref('stg_books__invoice_lines') }}
),

invoices as (
    select * from {{ ref('stg_books__invoices') }}
),

invoice_lines as (
    select
        lines.invoice_id,
        invoices.legal_entity,
        invoices.payer_id as customer_id,
        lines.subscription_id,
        lines.plan_id,
        lines.product_id,
        lines.campaign_id,
        lines.source_id,
        invoices.invoice_kind,
        lines.line_kind,
        lines.item,
        lines.line_text,
        invoices.currency,
        lines.vat_category,
        lines.line_number,
        lines.price_version,
        lines.quantity,
        lines.list_minor,
        lines.full_minor,
        lines.vat_rate,
        lines.amount_minor,
        lines.net_minor,
        lines.vat_minor,
        lines.revision,
        lines.price_includes_vat,
        invoices.issued_on,
        lines.cycle_from,
        lines.cycle_to,
        lines.period_from,
        lines.period_to,
        lines.recorded_at,
        -- What has no days of its own is earned when it is issued.
        case
            when lines.recognised = 'at_once' then 'at_once'
            when lines.period_from < lines.period_to then 'daily'
            else 'at_once'
        end as recognised
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
)

select * from invoice_lines
