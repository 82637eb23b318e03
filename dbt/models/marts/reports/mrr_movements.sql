-- The bridge from one month end to the next, per customer: opening and closing are
-- compared, so that closing = opening + movements by construction (kpi.md §5.2).
with periods as (
    select * from {{ ref('price_periods') }}
    where status in ('active', 'paused') and valid_from <= {{ as_of() }}
),

events as (
    select * from {{ ref('mrr_events') }}
),

first_paid as (
    select
        legal_entity,
        customer_id,
        currency,
        min(valid_from) as first_paid_on
    from periods
    where mrr_native > 0
    group by legal_entity, customer_id, currency
),

period_months as (
    select
        *,
        unnest({{ month_ends(
            'valid_from', 'least(coalesce(valid_to, ' ~ as_of() ~ '), ' ~ as_of() ~ ')'
        ) }}) as month_end
    from periods
),

closings as (
    select
        legal_entity,
        customer_id,
        currency,
        month_end,
        sum(mrr_native) as mrr,
        bool_or(status = 'paused') as is_paused
    from period_months
    where
        valid_to is null
        or valid_to > least(month_end, {{ as_of() }})
    group by legal_entity, customer_id, currency, month_end
),

both_ends as (
    select
        legal_entity,
        customer_id,
        currency,
        0 as mrr_before,
        mrr as mrr_after,
        false as was_paused,
        is_paused,
        month_end
    from closings
    union all
    select
        legal_entity,
        customer_id,
        currency,
        mrr as mrr_before,
        0 as mrr_after,
        is_paused as was_paused,
        false as is_paused,
        last_day(month_end + 1) as month_end
    from closings
    where month_end < last_day({{ as_of() }})
),

windows as (
    select
        legal_entity,
        customer_id,
        currency,
        month_end,
        sum(mrr_before) as mrr_before,
        sum(mrr_after) as mrr_after,
        bool_or(was_paused) as was_paused,
        bool_or(is_paused) as is_paused
    from both_ends
    group by legal_entity, customer_id, currency, month_end
    having sum(mrr_before) <> sum(mrr_after)
),

reasons as (
    select
        legal_entity,
        customer_id,
        currency,
        sign(delta) as direction,
        max_by(reason, (abs(delta), happened_on, reason)) as reason,
        last_day(happened_on) as month_end
    from events
    group by
        legal_entity, customer_id, currency, sign(delta), last_day(happened_on)
),

mrr_movements as (
    select
        windows.legal_entity,
        windows.customer_id,
        windows.currency,
        cast(windows.mrr_before as decimal(18, 6)) as mrr_before,
        cast(windows.mrr_after as decimal(18, 6)) as mrr_after,
        cast(windows.mrr_after - windows.mrr_before as decimal(18, 6)) as delta,
        windows.month_end,
        case
            when windows.mrr_before = 0 and windows.was_paused then 'expansion'
            when windows.mrr_before = 0 and reasons.reason = 'transfer_in'
                then 'transfer'
            when
                windows.mrr_before = 0
                and first_paid.first_paid_on
                >= date_trunc('month', windows.month_end)
                then 'new'
            when windows.mrr_before = 0 then 'reactivation'
            when windows.mrr_after = 0 and windows.is_paused then 'contraction'
            when windows.mrr_after = 0 then 'churn'
            when windows.mrr_after > windows.mrr_before then 'expansion'
            else 'contraction'
        end as movement,
        coalesce(reasons.reason, 'unknown') as reason
    from windows
    inner join first_paid
        on
            windows.legal_entity = first_paid.legal_entity
            and windows.customer_id = first_paid.customer_id
            and windows.currency = first_paid.currency
    left join reasons
        on
            windows.legal_entity = reasons.legal_entity
            and windows.customer_id = reasons.customer_id
            and windows.currency = reasons.currency
            and windows.month_end = reasons.month_end
            and sign(windows.mrr_after - windows.mrr_before) = reasons.direction
)

select * from mrr_movements
