-- The days on which the state or the price of an item may change.
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

parts as (
    select * from {{ ref('int_plan_parts_dated') }}
),

products as (
    select * from {{ ref('int_products_current') }}
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
    inner join parts on items.plan_id = parts.plan_id
    inner join products on parts.product_id = products.product_id
    inner join vat_rates
        on
            items.legal_entity = vat_rates.legal_entity
            and products.vat_category = vat_rates.vat_category
    where
        items.prices_include_vat
        and vat_rates.valid_from > items.from_on
        and (items.to_on is null or vat_rates.valid_from < items.to_on)
),

item_bounds as (
    select * from subscription_days
    union
    select * from vat_days
)

select * from item_bounds
