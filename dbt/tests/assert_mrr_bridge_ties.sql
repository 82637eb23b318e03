-- Fails for every month in which opening MRR and the movements are not the closing MRR.
with closings as (
    select
        legal_entity,
        currency,
        month_end,
        sum(mrr) as mrr
    from {{ ref('mrr_month_ends') }}
    group by legal_entity, currency, month_end
),

movements as (
    select
        legal_entity,
        currency,
        month_end,
        sum(delta) as delta
    from {{ ref('mrr_movements') }}
    group by legal_entity, currency, month_end
),

-- A month without MRR has no closing of its own; the bridge must still land on zero.
months as (
    select
        legal_entity,
        currency,
        month_end
    from closings
    union
    select
        legal_entity,
        currency,
        month_end
    from movements
),

running as (
    select
        months.*,
        coalesce(closings.mrr, 0) as mrr,
        sum(coalesce(movements.delta, 0)) over (
            partition by months.legal_entity, months.currency
            order by months.month_end
        ) as bridged
    from months
    left join closings
        on
            months.legal_entity = closings.legal_entity
            and months.currency = closings.currency
            and months.month_end = closings.month_end
    left join movements
        on
            months.legal_entity = movements.legal_entity
            and months.currency = movements.currency
            and months.month_end = movements.month_end
)

select *
from running
where mrr <> bridged
