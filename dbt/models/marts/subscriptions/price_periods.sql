-- Neighbouring pieces that are worth the same for the same reasons are one period.
with pieces as (
    select
        *,
        case when status in ('paused', 'trial') then 0 else charged_value end
            as mrr_native,
        case when status in ('paused', 'trial') then 0 else listed_value end
            as mrr_full_price
    from {{ ref('int_pieces_valued') }}
),

previous as (
    select
        *,
        lag(to_on) over item_so_far as previous_to,
        lag(plan_id) over item_so_far as previous_plan,
        lag(status) over item_so_far as previous_status,
        lag(quantity) over item_so_far as previous_quantity,
        lag(mrr_native) over item_so_far as previous_mrr,
        lag(mrr_full_price) over item_so_far as previous_full_price,
        lag(campaign_id) over item_so_far as previous_campaign
    from pieces
    window item_so_far as (partition by subscription_id, item order by from_on)
),

compared as (
    select
        *,
        coalesce(
            previous_to = from_on
            and previous_plan = plan_id
            and previous_status = status
            and previous_quantity = quantity
            and previous_mrr = mrr_native
            and previous_full_price = mrr_full_price
            and coalesce(previous_campaign, '') = coalesce(campaign_id, ''),
            false
        ) as goes_on
    from previous
),

numbered as (
    select
        *,
        count(*) filter (where not goes_on) over (
            partition by subscription_id, item
            order by from_on
            rows between unbounded preceding and current row
        ) as period_number
    from compared
),

periods as (
    select
        subscription_id,
        item,
        subscription_id || '/' || item as item_id,
        any_value(customer_id) as customer_id,
        any_value(legal_entity) as legal_entity,
        any_value(plan_id) as plan_id,
        any_value(product_id) as product_id,
        any_value(campaign_id) as campaign_id,
        any_value(status) as status,
        any_value(currency) as currency,
        arg_max_null(end_reason, from_on) as end_reason,
        arg_min_null(price_version, from_on) as price_version,
        any_value(quantity) as quantity,
        any_value(mrr_native) as mrr_native,
        any_value(mrr_full_price) as mrr_full_price,
        any_value(included_micro) as included_micro,
        any_value(is_moved_in) as is_moved_in,
        min(from_on) as valid_from,
        arg_max_null(to_on, from_on) as valid_to
    from numbered
    group by subscription_id, item, period_number
),

neighbours as (
    select
        *,
        lag(valid_to) over item_in_time as before_to,
        lag(status) over item_in_time as before_status,
        lag(plan_id) over item_in_time as before_plan,
        lag(quantity) over item_in_time as before_quantity,
        lag(mrr_native) over item_in_time as before_mrr,
        lag(mrr_full_price) over item_in_time as before_full_price,
        lag(included_micro) over item_in_time as before_included
    from periods
    window item_in_time as (partition by subscription_id, item order by valid_from)
),

reasoned as (
    select
        *,
        case
            when before_to is null and status = 'trial' then 'trial'
            when before_to is null and is_moved_in then 'transfer_in'
            when before_to is null and item <> 'main' then 'addon'
            when before_to is null then 'signup'
            when before_to < valid_from then 'winback'
            when status = 'paused' then 'pause'
            when before_status = 'paused' then 'resume'
            when before_status = 'trial' then 'trial_conversion'
            when before_plan <> plan_id and mrr_full_price >= before_full_price
                then 'upgrade'
            when before_plan <> plan_id then 'downgrade'
            when before_quantity <> quantity then 'quantity'
            when before_included <> included_micro then 'vat_change'
            when before_full_price < mrr_full_price then 'price_increase'
            when before_full_price > mrr_full_price then 'price_decrease'
            when before_mrr <= mrr_native then 'discount_expiry'
            else 'discount_applied'
        end as reason_start
    from neighbours
),

price_periods as (
    select
        item_id,
        subscription_id,
        customer_id,
        legal_entity,
        plan_id,
        product_id,
        campaign_id,
        item,
        status,
        currency,
        reason_start,
        cast(price_version as integer) as price_version,
        quantity,
        cast(mrr_native as decimal(18, 6)) as mrr_native,
        cast(mrr_full_price as decimal(18, 6)) as mrr_full_price,
        valid_from,
        valid_to,
        case
            when lead(valid_from) over item_in_time = valid_to
                then lead(reason_start) over item_in_time
            when valid_to is not null then coalesce(end_reason, 'unknown')
        end as reason_end
    from reasoned
    window item_in_time as (partition by subscription_id, item order by valid_from)
)

select * from price_periods
