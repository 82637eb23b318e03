-- The product as it is on the day of the build.
with products as (
    select * from {{ ref('stg_books__products') }}
),

products_current as (
    select
        product_id,
        product_name,
        vat_category,
        recognised,
        delivery_weekdays
    from products
    qualify
        row_number() over (
            partition by product_id
            order by effective_on <= {{ as_of() }} desc, effective_on desc, seq desc
        ) = 1
)

select * from products_current
