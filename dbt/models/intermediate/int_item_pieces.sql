-- The intervals of the items, cut wherever their state or price may change.
with items as (
    select * from {{ ref('int_items_anchored') }}
),

bounds as (
    select * from {{ ref('int_item_bounds') }}
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
        price_list,
        vat_category,
        usage_metric,
        quantity,
        agreed_minor,
        minimum_minor,
        value_factor,
        value_divisor,
        prices_include_vat,
        is_fixed_term,
        is_moved_in,
        started_on,
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
