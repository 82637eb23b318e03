-- Fails for every invoice whose net or VAT is not the sum of its lines and its taxes.
with lines as (
    select
        invoice_id,
        sum(net_minor) as net_minor,
        sum(vat_minor) as vat_minor
    from {{ ref('stg_books__invoice_lines') }}
    group by invoice_id
),

taxes as (
    select
        invoice_id,
        sum(net_minor) as net_minor,
        sum(vat_minor) as vat_minor
    from {{ ref('stg_books__invoice_taxes') }}
    group by invoice_id
)

select
    invoices.invoice_id,
    invoices.net_minor,
    lines.net_minor as lines_net_minor,
    taxes.net_minor as taxes_net_minor
from {{ ref('stg_books__invoices') }} as invoices
left join lines on invoices.invoice_id = lines.invoice_id
left join taxes on invoices.invoice_id = taxes.invoice_id
where
    invoices.net_minor <> coalesce(lines.net_minor, 0)
    or invoices.vat_minor <> coalesce(lines.vat_minor, 0)
    or invoices.net_minor <> coalesce(taxes.net_minor, 0)
    or invoices.vat_minor <> coalesce(taxes.vat_minor, 0)
