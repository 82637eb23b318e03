-- Who took which campaign, until when it was to last, and whether they stayed. A taker
-- has converted when the first invoice at full price is paid within 45 days of the end.
with taken as (
    select * from {{ ref('int_campaigns_taken') }}
),

agreements as (
    select * from {{ ref('agreements') }}
),

lines as (
    select * from {{ ref('invoice_lines') }}
    where amount_minor > 0 and line_kind = 'period' and issued_on <= {{ as_of() }}
),

invoices as (
    select * from {{ ref('invoices') }}
),

takings as (
    select
        subscription_id,
        campaign_id,
        item,
        seq,
        min(taken_on) as taken_on,
        case
            when bool_and(window_to is not null) then max(window_to)
        end as over_on
    from taken
    group by subscription_id, campaign_id, item, seq
),

-- Taken again, the last taking says when it is over.
takers as (
    select
        subscription_id,
        campaign_id,
        min(taken_on) as taken_on,
        arg_max(item, seq) as item,
        arg_max_null(over_on, seq) as over_on
    from takings
    group by subscription_id, campaign_id
),

full_price_paid as (
    select
        takers.subscription_id,
        takers.campaign_id,
        arg_min_null(
            invoices.settled_on, (lines.period_from, lines.invoice_id)
        ) as paid_on
    from takers
    inner join lines
        on
            takers.subscription_id = lines.subscription_id
            and takers.item = lines.item
            and takers.over_on <= lines.period_from
    inner join invoices on lines.invoice_id = invoices.invoice_id
    group by takers.subscription_id, takers.campaign_id
),

campaign_takers as (
    select
        takers.campaign_id,
        takers.subscription_id,
        agreements.customer_id,
        agreements.legal_entity,
        agreements.currency,
        coalesce(
            agreements.agreement_state in ('active', 'paused', 'trial', 'prepaid'),
            false
        ) as is_active,
        takers.taken_on <= {{ as_of() }}
        and (takers.over_on is null or takers.over_on > {{ as_of() }})
        and (agreements.ended_on is null or agreements.ended_on > {{ as_of() }})
            as is_discounted,
        coalesce(takers.over_on + 45 <= {{ as_of() }}, false) as is_mature,
        coalesce(full_price_paid.paid_on <= takers.over_on + 45, false)
            as is_converted,
        takers.taken_on,
        takers.over_on,
        agreements.ended_on
    from takers
    inner join agreements on takers.subscription_id = agreements.subscription_id
    left join full_price_paid
        on
            takers.subscription_id = full_price_paid.subscription_id
            and takers.campaign_id = full_price_paid.campaign_id
    where takers.taken_on <= {{ as_of() }}
)

select * from campaign_takers
