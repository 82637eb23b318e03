with deviations as (
    select * from {{ ref('stg_books__deviations') }}
),

settlements as (
    select * from {{ ref('stg_books__deviation_settlements') }}
    where settled_on <= {{ as_of() }}
),

payments as (
    select * from {{ ref('payments') }}
),

deviations_decided as (
    select
        deviations.deviation_id,
        deviations.payment_id,
        payments.legal_entity,
        deviations.suggested_item_id,
        deviations.reason,
        coalesce(settlements.decision, 'open') as decision,
        settlements.note,
        payments.payer_name,
        payments.payment_reference,
        deviations.currency,
        deviations.amount_minor,
        cast(
            coalesce(settlements.settled_on, {{ as_of() }}) - deviations.opened_on
            as bigint
        ) as age_days,
        deviations.opened_on,
        settlements.settled_on
    from deviations
    inner join payments on deviations.payment_id = payments.payment_id
    left join settlements on deviations.deviation_id = settlements.deviation_id
)

select * from deviations_decided
