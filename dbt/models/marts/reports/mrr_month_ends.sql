-- The running month is measured at the end of the day that is asked for.
with periods as (
    select * from {{ ref('price_periods') }}
    where status in ('active', 'paused') and valid_from <= {{ as_of() }}
),

period_months as (
    select
        *,
        unnest({{ month_ends(
            'valid_from', 'least(coalesce(valid_to, ' ~ as_of() ~ '), ' ~ as_of() ~ ')'
        ) }}) as month_end
    from periods
),

measured as (
    select
        *,
        least(month_end, {{ as_of() }}) as measured_on
    from period_months
),

mrr_month_ends as (
    select
        legal_entity,
        customer_id,
        currency,
        cast(sum(mrr_native) as decimal(18, 6)) as mrr,
        cast(sum(mrr_full_price) as decimal(18, 6)) as mrr_full_price,
        month_end,
        any_value(measured_on) as measured_on,
        count(*) filter (where item = 'main') as subscription_count,
        sum(mrr_native) = 0 and bool_or(status = 'paused') as is_paused
    from measured
    where
        valid_from <= measured_on
        and (valid_to is null or valid_to > measured_on)
    group by legal_entity, customer_id, currency, month_end
)

select * from mrr_month_ends
