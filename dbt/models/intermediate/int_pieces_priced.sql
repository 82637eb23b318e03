-- What a whole cycle costs in each piece before discounts: the newest price version
-- that reaches it, times the quantity where the price is per unit.
with pieces as (
    select * from {{ ref('int_item_pieces') }}
),

phases as (
    select * from {{ ref('int_phases_lived') }}
),

pauses as (
    select * from {{ ref('int_pauses_bounded') }}
),

versions as (
    select
        *,
        price_version = min(price_version) over (
            partition by plan_id, phase
        ) as is_first
    from {{ ref('stg_books__price_versions') }}
),

phases_reached as (
    select
        pieces.subscription_id,
        pieces.item,
        pieces.from_on,
        min(phases.phase) as phase
    from pieces
    inner join phases
        on
            pieces.subscription_id = phases.subscription_id
            and pieces.item = phases.item
            and pieces.plan_from_on = phases.plan_from_on
            and pieces.from_on < phases.left_on
    group by pieces.subscription_id, pieces.item, pieces.from_on
),

pieces_paused as (
    select distinct
        pieces.subscription_id,
        pieces.item,
        pieces.from_on
    from pieces
    inner join pauses
        on
            pieces.subscription_id = pauses.subscription_id
            and pieces.from_on >= pauses.paused_from
            and (pauses.paused_to is null or pieces.from_on < pauses.paused_to)
),

pieces_phased as (
    select
        pieces.*,
        coalesce(phases_reached.phase, 0) as phase,
        pieces_paused.item is not null as is_paused
    from pieces
    left join phases_reached
        on
            pieces.subscription_id = phases_reached.subscription_id
            and pieces.item = phases_reached.item
            and pieces.from_on = phases_reached.from_on
    left join pieces_paused
        on
            pieces.subscription_id = pieces_paused.subscription_id
            and pieces.item = pieces_paused.item
            and pieces.from_on = pieces_paused.from_on
),

versions_reaching as (
    select
        pieces_phased.subscription_id,
        pieces_phased.item,
        pieces_phased.from_on,
        max_by(
            struct_pack(
                price_version := versions.price_version,
                price_model := versions.price_model,
                amount := versions.amount
            ),
            (versions.valid_from, versions.price_version)
        ) as price
    from pieces_phased
    inner join versions
        on
            pieces_phased.plan_id = versions.plan_id
            and pieces_phased.phase = versions.phase
    where
        versions.is_first
        or (
            case versions.applies_to
                when 'new' then pieces_phased.plan_from_on
                when 'renewal' then pieces_phased.cycle_from
                else pieces_phased.from_on
            end >= versions.valid_from
            and (
                versions.valid_to is null
                or pieces_phased.from_on < versions.valid_to
            )
        )
    group by
        pieces_phased.subscription_id, pieces_phased.item, pieces_phased.from_on
),

pieces_priced as (
    select
        pieces_phased.subscription_id,
        pieces_phased.customer_id,
        pieces_phased.legal_entity,
        pieces_phased.plan_id,
        pieces_phased.product_id,
        pieces_phased.item,
        pieces_phased.end_reason,
        pieces_phased.currency,
        pieces_phased.vat_category,
        pieces_phased.usage_metric,
        pieces_phased.quantity,
        pieces_phased.minimum_minor,
        pieces_phased.value_factor,
        pieces_phased.value_divisor,
        pieces_phased.phase,
        pieces_phased.prices_include_vat,
        pieces_phased.is_paused,
        pieces_phased.from_on,
        pieces_phased.to_on,
        versions_reaching.price.price_version,
        cast(round(
            coalesce(
                cast(pieces_phased.agreed_minor as decimal(22, 6)),
                versions_reaching.price.amount
                * {{ units_of_major('pieces_phased.currency') }}
            )
            * case
                when versions_reaching.price.price_model = 'per_unit'
                    then cast(pieces_phased.quantity as decimal(15, 6))
                else 1
            end
        ) as bigint) as list_minor
    from pieces_phased
    left join versions_reaching
        on
            pieces_phased.subscription_id = versions_reaching.subscription_id
            and pieces_phased.item = versions_reaching.item
            and pieces_phased.from_on = versions_reaching.from_on
)

select * from pieces_priced
