-- The month's worth of each piece, net of VAT and of every discount in force.
with pieces as (
    select * from {{ ref('int_pieces_priced') }}
),

discounted as (
    select * from {{ ref('int_pieces_discounted') }}
),

vat_rates as (
    select * from {{ ref('int_vat_rates_dated') }}
),

-- Usage is no recurring price; what is agreed as a minimum is.
pieces_discounted as (
    select
        pieces.*,
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
),

pieces_taxed as (
    select
        pieces_discounted.*,
        1000000 // {{ units_of_major('pieces_discounted.currency') }} as unit_micro,
        case
            when pieces_discounted.prices_include_vat
                then coalesce(vat_rates.rate_micro, 0)
            else 0
        end as included_micro
    from pieces_discounted
    left join vat_rates
        on
            pieces_discounted.legal_entity = vat_rates.legal_entity
            and pieces_discounted.vat_category = vat_rates.vat_category
            and pieces_discounted.from_on >= vat_rates.valid_from
            and (
                vat_rates.valid_to is null
                or pieces_discounted.from_on < vat_rates.valid_to
            )
),

valued as (
    select
        subscription_id,
        customer_id,
        legal_entity,
        plan_id,
        product_id,
        campaign_id,
        item,
        end_reason,
        currency,
        price_version,
        quantity,
        included_micro,
        from_on,
        to_on,
        case
            when is_paused then 'paused'
            when phase > 0 and charged_minor = 0 then 'trial'
            when end_reason like 'withdraw%' then 'withdrawn'
            else 'active'
        end as status,
        {{ money_div(
            'cast(charged_minor * unit_micro * value_factor as hugeint) * 1000000',
            'value_divisor * (1000000 + included_micro)'
        ) }} as charged_value,
        {{ money_div(
            'cast(listed_minor * unit_micro * value_factor as hugeint) * 1000000',
            'value_divisor * (1000000 + included_micro)'
        ) }} as listed_value
    from pieces_taxed
)

select * from valued
