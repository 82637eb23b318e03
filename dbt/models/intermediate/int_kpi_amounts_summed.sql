-- The key figures that are amounts, in minor units.
with receivables as (
    select * from {{ ref('receivables') }}
),

deferred as (
    select * from {{ ref('deferred_revenue') }}
    where month_end = last_day({{ as_of() }})
),

payments as (
    select * from {{ ref('payments') }}
    where booked_on <= {{ as_of() }}
),

deviations as (
    select * from {{ ref('deviations') }}
    where decision = 'open' and opened_on <= {{ as_of() }}
),

invoices as (
    select * from {{ ref('invoices') }}
    where issued_on <= {{ as_of() }} and invoice_series <> 'M'
),

amounts as (
    select
        legal_entity,
        currency,
        'receivables.total' as kpi_id,
        sum(balance_minor) as amount_minor
    from receivables
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'receivables.overdue' as kpi_id,
        sum(overdue_minor) as amount_minor
    from receivables
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'revenue.deferred' as kpi_id,
        sum(closing_minor) as amount_minor
    from deferred
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'revenue.recognised' as kpi_id,
        sum(recognised_minor) as amount_minor
    from deferred
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'billings.gross' as kpi_id,
        sum(total_minor) as amount_minor
    from invoices
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'cash.received' as kpi_id,
        sum(amount_minor - returned_minor) as amount_minor
    from payments
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'deviations.amount' as kpi_id,
        sum(amount_minor) as amount_minor
    from deviations
    group by legal_entity, currency
)

select * from amounts
