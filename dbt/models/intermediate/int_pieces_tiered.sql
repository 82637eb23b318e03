-- What the quantity of a piece costs by tiers, in packages or as a share, exactly and
-- in major units; the same as billing.invoicing.tiers. What is metered has no price.
with pieces as (
    select
        subscription_id,
        item,
        from_on,
        price_model,
        price_amount,
        cast(quantity as decimal(18, 6)) as units,
        {{ price_terms('terms_json') }} as terms
    from {{ ref('int_pieces_versioned') }}
    where
        usage_metric is null
        and agreed_minor is null
        and price_model in (
            'graduated', 'volume', 'stairstep', 'package', 'percentage'
        )
),

tiers as (
    select
        subscription_id,
        item,
        from_on,
        price_model,
        units,
        unnest(struct_extract(terms, 'tiers')) as tier,
        generate_subscripts(struct_extract(terms, 'tiers'), 1) as tier_number
    from pieces
    where price_model in ('graduated', 'volume', 'stairstep')
),

tiers_bounded as (
    select
        subscription_id,
        item,
        from_on,
        price_model,
        units,
        coalesce(struct_extract(tier, 'amount'), 0) as tier_amount,
        coalesce(struct_extract(tier, 'flat'), 0) as tier_flat,
        struct_extract(tier, 'up_to') as tier_end,
        tier_number = 1 as is_first,
        coalesce(
            lag(struct_extract(tier, 'up_to')) over (
                partition by subscription_id, item, from_on
                order by tier_number
            ),
            0
        ) as tier_begin
    from tiers
),

tiers_entered as (
    select
        *,
        units > tier_begin or is_first as is_entered,
        (units > tier_begin or is_first)
        and (tier_end is null or units <= tier_end) as is_reached,
        greatest(least(units, coalesce(tier_end, units)) - tier_begin, 0)
            as units_inside
    from tiers_bounded
),

tiers_summed as (
    select
        subscription_id,
        item,
        from_on,
        sum(
            case
                when price_model = 'graduated'
                    then
                        tier_amount * units_inside
                        + case when is_entered then tier_flat else 0 end
                when not is_reached then 0
                when price_model = 'volume' then tier_amount * units + tier_flat
                when units > 0 then tier_amount + tier_flat
                else 0
            end
        ) as list_price
    from tiers_entered
    group by subscription_id, item, from_on
),

packages as (
    select
        subscription_id,
        item,
        from_on,
        price_amount,
        units - coalesce(struct_extract(terms, 'free_units'), 0) as units_paid,
        cast(struct_extract(terms, 'size') as hugeint) * 1000000 as size_micro
    from pieces
    where price_model = 'package'
),

packages_started as (
    select
        subscription_id,
        item,
        from_on,
        price_amount * cast(
            (cast(greatest(units_paid, 0) * 1000000 as hugeint) + size_micro - 1)
            // size_micro as decimal(18, 0)
        ) as list_price
    from packages
),

uses as (
    select
        subscription_id,
        item,
        from_on,
        units,
        struct_extract(terms, 'min') as least_price,
        struct_extract(terms, 'max') as most_price,
        coalesce(struct_extract(terms, 'rate'), 0) * units
        + coalesce(struct_extract(terms, 'fixed'), 0) as use_price
    from pieces
    where price_model = 'percentage'
),

shares as (
    select
        subscription_id,
        item,
        from_on,
        case
            when units = 0 then 0
            else least(
                greatest(use_price, coalesce(least_price, use_price)),
                coalesce(most_price, greatest(use_price, least_price))
            )
        end as list_price
    from uses
),

pieces_tiered as (
    select * from tiers_summed
    union all by name
    select * from packages_started
    union all by name
    select * from shares
)

select
    subscription_id,
    item,
    from_on,
    cast(list_price as decimal(32, 12)) as list_price
from pieces_tiered
