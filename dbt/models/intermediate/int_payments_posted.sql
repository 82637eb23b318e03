-- Money in the bank settles items the same day or waits, on the observation account or,
-- once a clerk has decided so, on the customer's credit.
with banked as (
    select * from {{ ref('int_payments_banked') }}
),

allocations as (
    select * from {{ ref('stg_books__allocations') }}
    where source_kind = 'payment'
),

credited as (
    select * from {{ ref('int_overpayments_credited') }}
),

items as (
    select * from {{ ref('int_receivable_items_issued') }}
),

payments as (
    select * from {{ ref('stg_books__payments') }}
),

allocations_traced as (
    select
        allocations.*,
        payments.legal_entity,
        items.customer_id,
        coalesce(allocations.seq > credited.seq, false) as uses_credit,
        banked.payment_id is not null as is_same_day
    from allocations
    inner join payments on allocations.source_id = payments.payment_id
    left join items on allocations.item_id = items.item_id
    left join credited on allocations.source_id = credited.payment_id
    left join banked
        on
            allocations.source_id = banked.payment_id
            and allocations.effective_on = banked.banked_on
            and sign(allocations.amount_minor) = banked.direction
),

same_day as (
    select
        source_id as payment_id,
        effective_on,
        sign(amount_minor) as direction,
        sum(amount_minor) as allocated_minor
    from allocations_traced
    where is_same_day and not uses_credit
    group by source_id, effective_on, sign(amount_minor)
),

banked_with_rest as (
    select
        banked.*,
        cast(
            banked.amount_minor - coalesce(same_day.allocated_minor, 0) as bigint
        ) as rest_minor,
        coalesce(banked.seq > credited.seq, false) as goes_to_credit
    from banked
    left join same_day
        on
            banked.payment_id = same_day.payment_id
            and banked.banked_on = same_day.effective_on
            and banked.direction = same_day.direction
    left join credited on banked.payment_id = credited.payment_id
),

amounts as (
    select
        payment_id as object_id,
        legal_entity,
        null as customer_id,
        event_name,
        currency,
        payment_method as account_qualifier,
        'banked_minor' as amount_name,
        amount_minor,
        banked_on as accounting_date,
        recorded_at
    from banked_with_rest
    union all
    select
        payment_id as object_id,
        legal_entity,
        null as customer_id,
        event_name,
        currency,
        null as account_qualifier,
        case when goes_to_credit then 'credited_minor' else 'parked_minor' end
            as amount_name,
        rest_minor as amount_minor,
        banked_on as accounting_date,
        recorded_at
    from banked_with_rest
    where rest_minor <> 0
    union all
    select
        allocation_id as object_id,
        legal_entity,
        customer_id,
        'payment_allocated' as event_name,
        currency,
        null as account_qualifier,
        'allocated_minor' as amount_name,
        amount_minor,
        effective_on as accounting_date,
        recorded_at
    from allocations_traced
    union all
    select
        allocation_id as object_id,
        legal_entity,
        customer_id,
        'payment_allocated' as event_name,
        currency,
        null as account_qualifier,
        case when uses_credit then 'uncredited_minor' else 'unparked_minor' end
            as amount_name,
        amount_minor,
        effective_on as accounting_date,
        recorded_at
    from allocations_traced
    where uses_credit or not is_same_day
    union all
    select
        credited.payment_id as object_id,
        payments.legal_entity,
        null as customer_id,
        'overpayment_credited' as event_name,
        credited.currency,
        null as account_qualifier,
        'credited_minor' as amount_name,
        credited.credited_minor as amount_minor,
        credited.credited_on as accounting_date,
        credited.recorded_at
    from credited
    inner join payments on credited.payment_id = payments.payment_id
),

posted as (
    select
        *,
        0 as object_line
    from amounts
)

select * from posted
