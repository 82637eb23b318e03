-- Which step price each piece is in, 0 for the evergreen one, and whether it is paused.
with pieces as (
    select * from {{ ref('int_item_pieces') }}
),

phases as (
    select * from {{ ref('int_phases_lived') }}
),

pauses as (
    select * from {{ ref('int_pauses_bounded') }}
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
        pieces.subscription_id,
        pieces.customer_id,
        pieces.legal_entity,
        pieces.plan_id,
        pieces.item,
        pieces.end_reason,
        pieces.currency,
        pieces.price_list,
        pieces.usage_metric,
        pieces.quantity,
        pieces.agreed_minor,
        pieces.minimum_minor,
        pieces.value_factor,
        pieces.value_divisor,
        pieces.prices_include_vat,
        pieces.is_fixed_term,
        pieces.is_moved_in,
        pieces.started_on,
        pieces.plan_from_on,
        pieces.cycle_from,
        pieces.from_on,
        pieces.to_on,
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
)

select * from pieces_phased
