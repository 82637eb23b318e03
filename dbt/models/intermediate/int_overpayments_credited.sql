-- What a clerk decided to keep for a customer leaves the observation account.
with deviations as (
    select * from {{ ref('stg_books__deviations') }}
),

settlements as (
    select * from {{ ref('stg_books__deviation_settlements') }}
    where decision = 'credit'
),

credited as (
    select
        deviations.payment_id,
        deviations.currency,
        cast(sum(deviations.amount_minor) as bigint) as credited_minor,
        min(settlements.seq) as seq,
        min(settlements.settled_on) as credited_on,
        min(settlements.recorded_at) as recorded_at
    from settlements
    inner join deviations on settlements.deviation_id = deviations.deviation_id
    group by deviations.payment_id, deviations.currency
)

select * from credited
