-- The monthly value of each part of a piece, net of the VAT of its own product.
with pieces as (
    select * from {{ ref('int_pieces_charged') }}
),

parts as (
    select * from {{ ref('int_piece_parts') }}
),

products as (
    select * from {{ ref('int_products_current') }}
),

vat_rates as (
    select * from {{ ref('int_vat_rates_dated') }}
),

parts_taxed as (
    select
        pieces.subscription_id,
        pieces.item,
        pieces.from_on,
        parts.product_id,
        parts.part_number,
        parts.listed_minor,
        parts.charged_minor,
        pieces.value_factor,
        pieces.value_divisor,
        1000000 // {{ units_of_major('pieces.currency') }} as unit_micro,
        case
            when pieces.prices_include_vat then coalesce(vat_rates.rate_micro, 0)
            else 0
        end as included_micro
    from pieces
    inner join parts
        on
            pieces.subscription_id = parts.subscription_id
            and pieces.item = parts.item
            and pieces.from_on = parts.from_on
    left join products on parts.product_id = products.product_id
    left join vat_rates
        on
            pieces.legal_entity = vat_rates.legal_entity
            and products.vat_category = vat_rates.vat_category
            and pieces.from_on >= vat_rates.valid_from
            and (vat_rates.valid_to is null or pieces.from_on < vat_rates.valid_to)
),

piece_parts_valued as (
    select
        subscription_id,
        item,
        from_on,
        product_id,
        part_number,
        included_micro,
        {{ money_div(
            'cast(charged_minor * unit_micro * value_factor as hugeint) * 1000000',
            'value_divisor * (1000000 + included_micro)'
        ) }} as charged_value,
        {{ money_div(
            'cast(listed_minor * unit_micro * value_factor as hugeint) * 1000000',
            'value_divisor * (1000000 + included_micro)'
        ) }} as listed_value
    from parts_taxed
)

select * from piece_parts_valued
