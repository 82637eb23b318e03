-- Fails where what has been earned and what is still to be earned are not together what
-- has been invoiced, excluding VAT.
with invoiced as (
    select
        legal_entity,
        currency,
        sum(net_minor) as net_minor
    from {{ ref('stg_books__invoices') }}
    where issued_on <= {{ as_of() }} and invoice_series <> 'M'
    group by legal_entity, currency
),

earned as (
    select
        legal_entity,
        currency,
        sum(recognised_minor) as recognised_minor,
        max_by(closing_minor, month_end) as deferred_minor
    from {{ ref('deferred_revenue') }}
    group by legal_entity, currency
)

select
    invoiced.legal_entity,
    invoiced.currency,
    invoiced.net_minor,
    earned.recognised_minor,
    earned.deferred_minor
from invoiced
left join earned
    on
        invoiced.legal_entity = earned.legal_entity
        and invoiced.currency = earned.currency
where
    invoiced.net_minor
    <> coalesce(earned.recognised_minor, 0) + coalesce(earned.deferred_minor, 0)
