-- What happened to an item's monthly value, on its day: the why behind a movement.
with periods as (
    select * from {{ ref('price_periods') }}
    where status in ('active', 'paused', 'trial')
),

neighbours as (
    select
        *,
        lag(valid_to) over item_in_time as before_to,
        lag(mrr_native) over item_in_time as before_mrr,
        lead(valid_from) over item_in_time as next_from
    from periods
    window item_in_time as (partition by item_id order by valid_from)
),

begun as (
    select
        item_id,
        subscription_id,
        customer_id,
        legal_entity,
        plan_id,
        currency,
        reason_start as reason,
        case when before_to = valid_from then before_mrr else 0 end as mrr_before,
        mrr_native as mrr_after,
        valid_from as happened_on
    from neighbours
    where valid_from <= {{ as_of() }}
),

ended as (
    select
        item_id,
        subscription_id,
        customer_id,
        legal_entity,
        plan_id,
        currency,
        reason_end as reason,
        mrr_native as mrr_before,
        0 as mrr_after,
        valid_to as happened_on
    from neighbours
    where
        valid_to <= {{ as_of() }}
        and next_from is distinct from valid_to
),

events as (
    select * from begun
    union all by name
    select * from ended
),

mrr_events as (
    select
        item_id,
        subscription_id,
        customer_id,
        legal_entity,
        plan_id,
        currency,
        reason,
        cast(mrr_before as decimal(18, 6)) as mrr_before,
        cast(mrr_after as decimal(18, 6)) as mrr_after,
        cast(mrr_after - mrr_before as decimal(18, 6)) as delta,
        happened_on
    from events
    where mrr_after <> mrr_before
)

select * from mrr_events
