-- The running month is measured at the end of the day that is asked for.
with pieces as (
    select * from {{ ref('int_pieces_valued') }}
    where status = 'active' and from_on <= {{ as_of() }}
),

parts as (
    select * from {{ ref('int_piece_parts_valued') }}
),

products as (
    select * from {{ ref('int_products_current') }}
),

piece_months as (
    select
        *,
        unnest({{ month_ends(
            'from_on', 'least(coalesce(to_on, ' ~ as_of() ~ '), ' ~ as_of() ~ ')'
        ) }}) as month_end
    from pieces
),

measured as (
    select * from piece_months
    where
        from_on <= least(month_end, {{ as_of() }})
        and (to_on is null or to_on > least(month_end, {{ as_of() }}))
),

mrr_products as (
    select
        measured.legal_entity,
        parts.product_id,
        measured.currency,
        cast(sum(parts.charged_value) as decimal(18, 6)) as mrr,
        cast(sum(parts.listed_value) as decimal(18, 6)) as mrr_full_price,
        measured.month_end,
        any_value(products.product_name) as product_name,
        count(*) as item_count
    from measured
    inner join parts
        on
            measured.subscription_id = parts.subscription_id
            and measured.item = parts.item
            and measured.from_on = parts.from_on
    left join products on parts.product_id = products.product_id
    group by
        measured.legal_entity,
        parts.product_id,
        measured.currency,
        measured.month_end
)

select * from mrr_products
