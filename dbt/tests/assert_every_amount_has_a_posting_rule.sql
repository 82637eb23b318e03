-- Fails for every kind of amount that no posting rule takes up: it would be missing
-- from the journal without a word.
with amounts as (
    select distinct
        event_name,
        amount_name
    from {{ ref('int_invoices_posted') }}
    union
    select distinct
        event_name,
        amount_name
    from {{ ref('int_payments_posted') }}
    union
    select distinct
        event_name,
        amount_name
    from {{ ref('int_reminders_posted') }}
    union
    select distinct
        event_name,
        amount_name
    from {{ ref('int_write_offs_posted') }}
    union
    select distinct
        event_name,
        amount_name
    from {{ ref('int_revenue_posted') }}
),

legs as (
    select * from {{ ref('int_posting_legs') }}
    where account_qualifier is null
)

select amounts.*
from amounts
left join legs
    on
        amounts.event_name = legs.event
        and amounts.amount_name = legs.amount_name
where legs.event is null
