-- The intervals of the items, cut wherever their state or price may change.
with items as (
    select * from {{ ref('int_items_anchored') }}
),

pauses as (
    select * from {{ ref('int_pauses_bounded') }}
),

campaigns as (
    select * from {{ ref('int_campaigns_taken') }}
),

phases as (
    select * from {{ ref('int_phases_lived') }}
),

price_days as (
    select * from {{ ref('int_price_days') }}
),

vat_rates as (
    select * from {{ ref('int_vat_rates_dated') }}
),

subscription_days as (
    select
        subscription_id,
        null as item,
        paused_from as cut_on
    from pauses
    union
    select
        subscription_id,
        null as item,
        paused_to as cut_on
    from pauses
    union
    select
        subscription_id,
        item,
        window_from as cut_on
    from campaigns
    union
    select
        subscription_id,
        item,
        window_to as cut_on
    from campaigns
    union
    select
        subscription_id,
        item,
        left_on as cut_on
    from phases
    union
    select
        subscription_id,
        item,
        cut_on
    from price_days
),

vat_days as (
    select
        items.subscription_id,
        items.item,
        vat_rates.valid_from as cut_on
    from items
    inner join vat_rates
        on
            items.legal_entity = vat_rates.legal_entity
            and items.vat_category = vat_rates.vat_category
    where
        items.prices_include_vat
        and vat_rates.valid_from > items.from_on
        and (items.to_on is null or vat_rates.valid_from < items.to_on)
),

bounds as (
    select * from subscription_days
    union
    select * from vat_days
),

starts as (
    select
        subscription_id,
        item,
        from_on as interval_from,
        from_on
    from items
    union
    select
        items.subscription_id,
        items.item,
        items.from_on as interval_from,
        bounds.cut_on as from_on
    from items
    inner join bounds
        on
            items.subscription_id = bounds.subscription_id
            and items.item = coalesce(bounds.item, items.item)
    where
        bounds.cut_on > items.from_on
        and (items.to_on is null or bounds.cut_on < items.to_on)
),

intervals as (
    select
        * exclude (from_on, to_on),
        from_on as interval_from,
        to_on as interval_to
    from items
),

pieces as (
    select
        intervals.*,
        starts.from_on,
        coalesce(
            lead(starts.from_on) over (
                partition by
                    intervals.subscription_id,
                    intervals.item,
                    intervals.interval_from
                order by starts.from_on
            ),
            intervals.interval_to
        ) as to_on
    from intervals
    inner join starts
        on
            intervals.subscription_id = starts.subscription_id
            and intervals.item = starts.item
            and intervals.interval_from = starts.interval_from
),

guessed as (
    select
        *,
        {{ cycle_guess('from_on') }} as k_guess
    from pieces
),

item_pieces as (
    select
        subscription_id,
        customer_id,
        legal_entity,
        plan_id,
        product_id,
        item,
        end_reason,
        currency,
        vat_category,
        usage_metric,
        quantity,
        agreed_minor,
        minimum_minor,
        value_factor,
        value_divisor,
        prices_include_vat,
        plan_from_on,
        from_on,
        to_on,
        case
            when {{ cycle_start('k_guess') }} > from_on
                then {{ cycle_start('k_guess - 1') }}
            else {{ cycle_start('k_guess') }}
        end as cycle_from
    from guessed
)

select * from item_pieces
