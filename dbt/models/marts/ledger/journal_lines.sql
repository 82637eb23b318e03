-- Facts meet the posting rules. An account is found by the qualifier of the amount (VAT
-- rate, payment method), and where the chart names none for it, by its role alone.
with amounts as (
    select * from {{ ref('int_invoices_posted') }}
    union all by name
    select * from {{ ref('int_payments_posted') }}
    union all by name
    select * from {{ ref('int_reminders_posted') }}
    union all by name
    select * from {{ ref('int_write_offs_posted') }}
    union all by name
    select * from {{ ref('int_revenue_posted') }}
),

legs as (
    select * from {{ ref('int_posting_legs') }}
),

rules as (
    select * from legs
    where account_qualifier is null
),

exact_rules as (
    select * from legs
    where account_qualifier is not null
),

journal_lines as (
    select
        amounts.object_id,
        amounts.legal_entity,
        amounts.customer_id,
        rules.source,
        rules.event,
        rules.leg,
        amounts.currency,
        amounts.account_qualifier,
        amounts.object_line,
        amounts.accounting_date,
        amounts.recorded_at,
        -- The word of the trade, though SQL has a keyword of the same name.
        coalesce(exact_rules.account, rules.account) as account, -- noqa: RF04
        amounts.amount_minor * coalesce(rules.direction, 1) as amount_minor
    from amounts
    left join rules
        on
            amounts.event_name = rules.event
            and amounts.amount_name = rules.amount_name
    left join exact_rules
        on
            amounts.event_name = exact_rules.event
            and amounts.amount_name = exact_rules.amount_name
            and rules.leg = exact_rules.leg
            and amounts.account_qualifier = exact_rules.account_qualifier
    where amounts.amount_minor <> 0
)

select * from journal_lines
