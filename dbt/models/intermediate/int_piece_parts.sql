-- A piece shared among the products that its plan sells: each part takes its share of
-- what the parts before it left, so that they sum to the whole (IFRS 15.74), the same
-- as billing.invoicing.bundles. What is no bundle is its only part.
with recursive pieces as (
    select
        subscription_id,
        item,
        from_on,
        plan_id,
        cycle_from,
        listed_minor,
        charged_minor
    from {{ ref('int_pieces_charged') }}
),

parts as (
    select * from {{ ref('int_plan_parts_dated') }}
),

composed as (
    select
        pieces.subscription_id,
        pieces.item,
        pieces.from_on,
        pieces.listed_minor,
        pieces.charged_minor,
        parts.product_id,
        parts.part_number,
        parts.part_weight,
        parts.weight_left,
        parts.part_count
    from pieces
    inner join parts
        on
            pieces.plan_id = parts.plan_id
            and pieces.cycle_from >= parts.valid_from
            and (parts.valid_to is null or pieces.cycle_from < parts.valid_to)
),

bundled as (
    select * from composed
    where part_count > 1
),

shared as (
    select
        subscription_id,
        item,
        from_on,
        product_id,
        part_number,
        {{ rounded_share('listed_minor', 'part_weight', 'weight_left') }}
            as listed_minor,
        {{ rounded_share('charged_minor', 'part_weight', 'weight_left') }}
            as charged_minor,
        listed_minor as listed_before,
        charged_minor as charged_before
    from bundled
    where part_number = 1
    union all
    select
        bundled.subscription_id,
        bundled.item,
        bundled.from_on,
        bundled.product_id,
        bundled.part_number,
        {{ rounded_share(
            '(shared.listed_before - shared.listed_minor)',
            'bundled.part_weight', 'bundled.weight_left'
        ) }} as listed_minor,
        {{ rounded_share(
            '(shared.charged_before - shared.charged_minor)',
            'bundled.part_weight', 'bundled.weight_left'
        ) }} as charged_minor,
        shared.listed_before - shared.listed_minor as listed_before,
        shared.charged_before - shared.charged_minor as charged_before
    from shared
    inner join bundled
        on
            shared.subscription_id = bundled.subscription_id
            and shared.item = bundled.item
            and shared.from_on = bundled.from_on
            and shared.part_number + 1 = bundled.part_number
),

piece_parts as (
    select
        subscription_id,
        item,
        from_on,
        product_id,
        part_number,
        listed_minor,
        charged_minor
    from shared
    union all
    select
        subscription_id,
        item,
        from_on,
        product_id,
        part_number,
        listed_minor,
        charged_minor
    from composed
    where part_count = 1
)

select * from piece_parts
