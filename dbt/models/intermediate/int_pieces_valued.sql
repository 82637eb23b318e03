-- The monthly value of each piece: flat twelfths, whatever a cycle is worth in days
-- (kpi.md §5.1), net of VAT and, charged, of every discount in force.
with pieces as (
    select * from {{ ref('int_pieces_charged') }}
),

parts as (
    select * from {{ ref('int_piece_parts_valued') }}
),

parts_summed as (
    select
        subscription_id,
        item,
        from_on,
        -- Only whether it changes is looked at.
        cast(sum(included_micro) as bigint) as included_micro,
        cast(sum(charged_value) as decimal(18, 6)) as charged_value,
        cast(sum(listed_value) as decimal(18, 6)) as listed_value,
        min_by(product_id, part_number) as product_id
    from parts
    group by subscription_id, item, from_on
),

pieces_valued as (
    select
        pieces.subscription_id,
        pieces.customer_id,
        pieces.legal_entity,
        pieces.plan_id,
        parts_summed.product_id,
        pieces.campaign_id,
        pieces.item,
        pieces.end_reason,
        pieces.currency,
        pieces.price_version,
        pieces.quantity,
        parts_summed.included_micro,
        pieces.is_moved_in,
        pieces.from_on,
        pieces.to_on,
        parts_summed.charged_value,
        parts_summed.listed_value,
        case
            when pieces.is_paused then 'paused'
            when pieces.phase > 0 and pieces.charged_minor = 0 then 'trial'
            when pieces.end_reason like 'withdraw%' then 'withdrawn'
            when pieces.is_fixed_term then 'prepaid'
            else 'active'
        end as status
    from pieces
    inner join parts_summed
        on
            pieces.subscription_id = parts_summed.subscription_id
            and pieces.item = parts_summed.item
            and pieces.from_on = parts_summed.from_on
)

select * from pieces_valued
