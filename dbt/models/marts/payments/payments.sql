with payments as (
    select * from {{ ref('stg_books__payments') }}
),

returns as (
    select * from {{ ref('stg_books__payment_returns') }}
),

allocated as (
    select
        source_id as payment_id,
        cast(sum(amount_minor) as bigint) as allocated_minor
    from {{ ref('stg_books__allocations') }}
    where source_kind = 'payment' and effective_on <= {{ as_of() }}
    group by source_id
),

payments_settled as (
    select
        payments.payment_id,
        payments.legal_entity,
        payments.file_sha256,
        payments.bank_account,
        payments.bank_reference,
        payments.payment_method,
        payments.payment_reference,
        payments.payer_name,
        payments.file_position,
        payments.currency,
        returns.reason as return_reason,
        payments.amount_minor,
        payments.booked_on,
        returns.returned_on,
        payments.recorded_at,
        case
            when returns.payment_id is not null then 'returned'
            when coalesce(allocated.allocated_minor, 0) = payments.amount_minor
                then 'settled'
            when coalesce(allocated.allocated_minor, 0) = 0 then 'unsettled'
            else 'partly_settled'
        end as payment_state,
        coalesce(allocated.allocated_minor, 0) as allocated_minor,
        case when returns.payment_id is not null then payments.amount_minor else 0 end
            as returned_minor,
        case
            when returns.payment_id is not null then 0
            else payments.amount_minor - coalesce(allocated.allocated_minor, 0)
        end as unallocated_minor
    from payments
    left join returns
        on
            payments.payment_id = returns.payment_id
            and returns.returned_on <= {{ as_of() }}
    left join allocated on payments.payment_id = allocated.payment_id
)

select * from payments_settled
