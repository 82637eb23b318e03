-- The price version that reaches each piece: the newest of those of its plan, its price
-- list and its step that hold for it, and where none does the first that is for all;
-- the same as billing.invoicing.prices.attach.
with pieces as (
    select * from {{ ref('int_pieces_phased') }}
),

versions as (
    select
        *,
        struct_pack(
            price_version := price_version,
            price_model := price_model,
            amount := amount,
            terms_json := terms_json
        ) as price
    from {{ ref('stg_books__price_versions') }}
),

candidates as (
    select
        pieces.subscription_id,
        pieces.item,
        pieces.from_on,
        versions.price,
        versions.price_version,
        versions.applies_to,
        versions.valid_from,
        case versions.applies_to
            when 'new' then pieces.plan_from_on
            when 'all' then pieces.from_on
            else pieces.cycle_from
        end >= versions.valid_from
        and (versions.valid_to is null or pieces.from_on < versions.valid_to)
        and (
            versions.cohort_from is null
            or pieces.started_on >= versions.cohort_from
        )
        and (
            versions.cohort_to is null
            or pieces.started_on < versions.cohort_to
        ) as reaches
    from pieces
    inner join versions
        on
            pieces.plan_id = versions.plan_id
            and pieces.price_list = versions.price_list
            and pieces.phase = versions.phase
),

chosen as (
    select
        subscription_id,
        item,
        from_on,
        coalesce(
            max_by(price, (valid_from, price_version)) filter (where reaches),
            min_by(price, (valid_from, price_version)) filter (
                where applies_to <> 'cohort'
            )
        ) as price
    from candidates
    group by subscription_id, item, from_on
),

pieces_versioned as (
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
        pieces.phase,
        pieces.is_paused,
        chosen.price.price_version,
        chosen.price.price_model,
        chosen.price.amount as price_amount,
        chosen.price.terms_json
    from pieces
    left join chosen
        on
            pieces.subscription_id = chosen.subscription_id
            and pieces.item = chosen.item
            and pieces.from_on = chosen.from_on
)

select * from pieces_versioned
