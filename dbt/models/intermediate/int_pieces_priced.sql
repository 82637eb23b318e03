-- What a whole cycle costs in each piece before discounts, in minor units: the agreed
-- price or the catalogue's, by the model of the version that reaches the piece.
with pieces as (
    select * from {{ ref('int_pieces_versioned') }}
),

tiered as (
    select * from {{ ref('int_pieces_tiered') }}
),

pieces_priced as (
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
        pieces.minimum_minor,
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
        cast(round(
            case
                when tiered.list_price is not null
                    then
                        tiered.list_price
                        * {{ units_of_major('pieces.currency') }}
                else
                    coalesce(
                        cast(pieces.agreed_minor as decimal(22, 6)),
                        pieces.price_amount
                        * {{ units_of_major('pieces.currency') }}
                    )
                    * case
                        when pieces.price_model = 'per_unit'
                            then cast(pieces.quantity as decimal(15, 6))
                        else 1
                    end
            end
        ) as bigint) as list_minor
    from pieces
    left join tiered
        on
            pieces.subscription_id = tiered.subscription_id
            and pieces.item = tiered.item
            and pieces.from_on = tiered.from_on
)

select * from pieces_priced
