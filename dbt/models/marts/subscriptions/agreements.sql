with subscriptions as (
    select * from {{ ref('int_subscriptions_standing') }}
),

periods as (
    select * from {{ ref('price_periods') }}
),

main_today as (
    select * from periods
    where
        item = 'main'
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})
),

main_spans as (
    select
        subscription_id,
        min(valid_from) as begins_on,
        max(coalesce(valid_to, date '9999-12-31')) as ends_on,
        max_by(plan_id, valid_from) as last_plan_id,
        max_by(reason_end, valid_from) as end_reason
    from periods
    where item = 'main'
    group by subscription_id
),

values_today as (
    select
        subscription_id,
        cast(sum(mrr_native) as decimal(18, 6)) as mrr,
        count(*) as item_count
    from periods
    where
        status = 'active'
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})
    group by subscription_id
),

agreements as (
    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.payer_id,
        subscriptions.recipient_id,
        subscriptions.giver_id,
        subscriptions.quote_id,
        subscriptions.legal_entity,
        coalesce(main_today.plan_id, main_spans.last_plan_id) as plan_id,
        main_today.campaign_id,
        subscriptions.currency,
        subscriptions.payment_method,
        subscriptions.price_list,
        case
            when main_today.status is not null then main_today.status
            when main_spans.begins_on > {{ as_of() }} then 'not_started'
            else 'ended'
        end as agreement_state,
        case
            when main_spans.ends_on < date '9999-12-31' then main_spans.end_reason
        end as end_reason,
        main_today.quantity,
        coalesce(values_today.item_count, 0) as item_count,
        coalesce(values_today.mrr, cast(0 as decimal(18, 6))) as mrr,
        subscriptions.is_moved_in,
        subscriptions.started_on,
        subscriptions.bound_until,
        nullif(main_spans.ends_on, date '9999-12-31') as ended_on
    from subscriptions
    left join main_today
        on subscriptions.subscription_id = main_today.subscription_id
    left join main_spans
        on subscriptions.subscription_id = main_spans.subscription_id
    left join values_today
        on subscriptions.subscription_id = values_today.subscription_id
)

select * from agreements
