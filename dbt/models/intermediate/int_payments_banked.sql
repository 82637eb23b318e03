-- A payment reaches the bank once, and leaves it again if the bank takes it back.
with payments as (
    select * from {{ ref('stg_books__payments') }}
),

returns as (
    select * from {{ ref('stg_books__payment_returns') }}
),

banked as (
    select
        payment_id,
        'payment_received' as event_name,
        1 as direction,
        amount_minor,
        booked_on as banked_on,
        seq,
        recorded_at
    from payments
    union all
    select
        returns.payment_id,
        'payment_returned' as event_name,
        -1 as direction,
        -payments.amount_minor as amount_minor,
        returns.returned_on as banked_on,
        returns.seq,
        returns.recorded_at
    from returns
    inner join payments on returns.payment_id = payments.payment_id
),

payments_banked as (
    select
        banked.payment_id,
        payments.legal_entity,
        banked.event_name,
        payments.payment_method,
        payments.currency,
        banked.seq,
        banked.direction,
        banked.amount_minor,
        banked.banked_on,
        banked.recorded_at
    from banked
    inner join payments on banked.payment_id = payments.payment_id
)

select * from payments_banked
