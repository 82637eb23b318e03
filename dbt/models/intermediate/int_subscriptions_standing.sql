-- An agreement with its parties as they stand after merges. What has moved in from
-- another system began before its first change here.
with subscriptions as (
    select * from {{ ref('stg_books__subscriptions') }}
),

customers as (
    select * from {{ ref('int_customers_standing') }}
),

begun as (
    select
        subscription_id,
        min(effective_on) as begun_here_on
    from {{ ref('int_changes_standing') }}
    where change_kind = 'start'
    group by subscription_id
),

-- A gift ends by itself unless that end has been taken back.
ends as (
    select
        subscription_id,
        max_by(reason, seq) as end_reason
    from {{ ref('int_changes_standing') }}
    where change_kind = 'cancel'
    group by subscription_id
),

subscriptions_standing as (
    select
        subscriptions.subscription_id,
        subscriptions.quote_id,
        subscriptions.legal_entity,
        subscriptions.currency,
        subscriptions.payment_method,
        subscriptions.price_list,
        subscriptions.started_on,
        subscriptions.bound_until,
        coalesce(subscribers.standing_id, subscriptions.customer_id) as customer_id,
        coalesce(payers.standing_id, subscriptions.payer_id) as payer_id,
        coalesce(recipients.standing_id, subscriptions.recipient_id) as recipient_id,
        coalesce(givers.standing_id, subscriptions.giver_id) as giver_id,
        coalesce(
            begun.begun_here_on > subscriptions.started_on, false
        ) as is_moved_in,
        coalesce(ends.end_reason = 'gift_ended', false) as is_gift_for_a_time
    from subscriptions
    left join begun on subscriptions.subscription_id = begun.subscription_id
    left join ends on subscriptions.subscription_id = ends.subscription_id
    left join customers as subscribers
        on subscriptions.customer_id = subscribers.customer_id
    left join customers as payers
        on subscriptions.payer_id = payers.customer_id
    left join customers as recipients
        on subscriptions.recipient_id = recipients.customer_id
    left join customers as givers
        on subscriptions.giver_id = givers.customer_id
)

select * from subscriptions_standing
