-- What a whole cycle costs in each piece before and after discounts. Usage is no
-- recurring price; what is agreed as a minimum is.
with pieces as (
    select * from {{ ref('int_pieces_priced') }}
),

discounted as (
    select * from {{ ref('int_pieces_discounted') }}
),

pieces_charged as (
    select
        pieces.subscription_id,
        pieces.customer_id,
        pieces.legal_entity,
        pieces.plan_id,
        pieces.item,
        pieces.end_reason,
        pieces.currency,
        pieces.usage_metric,
        pieces.quantity,
        pieces.value_factor,
        pieces.value_divisor,
        pieces.phase,
        pieces.prices_include_vat,
        pieces.is_paused,
        pieces.is_fixed_term,
        pieces.is_moved_in,
        pieces.cycle_from,
        pieces.from_on,
        pieces.to_on,
        pieces.price_version,
        discounted.campaign_id,
        case
            when pieces.usage_metric is not null then pieces.minimum_minor
            else greatest(coalesce(pieces.list_minor, 0), pieces.minimum_minor)
        end as listed_minor,
        case
            when pieces.usage_metric is not null then pieces.minimum_minor
            else greatest(
                coalesce(discounted.full_minor, pieces.list_minor, 0),
                pieces.minimum_minor
            )
        end as charged_minor
    from pieces
    left join discounted
        on
            pieces.subscription_id = discounted.subscription_id
            and pieces.item = discounted.item
            and pieces.from_on = discounted.from_on
)

select * from pieces_charged
