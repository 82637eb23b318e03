with month_ends as (
    select * from {{ ref('mrr_month_ends') }}
    where month_end = last_day({{ as_of() }})
),

deviations as (
    select * from {{ ref('deviations') }}
    where decision = 'open' and opened_on <= {{ as_of() }}
),

invoices as (
    select * from {{ ref('invoices') }}
    where issued_on <= {{ as_of() }} and invoice_series <> 'M'
),

prepaid as (
    select * from {{ ref('price_periods') }}
    where
        item = 'main'
        and status = 'prepaid'
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})
),

counts_and_rates as (
    select
        legal_entity,
        currency,
        'customers.active' as kpi_id,
        count(*) filter (where mrr > 0) as kpi_value
    from month_ends
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'mrr.closing' as kpi_id,
        sum(mrr) as kpi_value
    from month_ends
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'mrr.full_price' as kpi_id,
        sum(mrr_full_price) as kpi_value
    from month_ends
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'arr.run_rate' as kpi_id,
        12 * sum(mrr) as kpi_value
    from month_ends
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'deviations.open' as kpi_id,
        count(*) as kpi_value
    from deviations
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'invoices.issued' as kpi_id,
        count(*) filter (where invoice_kind = 'invoice') as kpi_value
    from invoices
    group by legal_entity, currency
    union all
    select
        legal_entity,
        currency,
        'prepaid.active' as kpi_id,
        count(*) as kpi_value
    from prepaid
    group by legal_entity, currency
),

amounts as (
    select * from {{ ref('int_kpi_amounts_summed') }}
),

valued as (
    select
        legal_entity,
        currency,
        kpi_id,
        cast(kpi_value as decimal(18, 6)) as kpi_value
    from counts_and_rates
    union all
    select
        legal_entity,
        currency,
        kpi_id,
        cast({{ major('amount_minor', 'currency') }} as decimal(18, 6)) as kpi_value
    from amounts
),

kpi_values as (
    select
        legal_entity,
        kpi_id,
        currency,
        kpi_value,
        {{ as_of() }} as as_of
    from valued
)

select * from kpi_values
