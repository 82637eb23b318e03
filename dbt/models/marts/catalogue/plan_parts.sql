with parts as (
    select * from {{ ref('int_plan_parts_dated') }}
),

plans as (
    select * from {{ ref('int_plans_current') }}
),

products as (
    select * from {{ ref('int_products_current') }}
),

plan_parts as (
    select
        parts.plan_id,
        parts.product_id,
        plans.plan_name,
        products.product_name,
        products.vat_category,
        products.recognised,
        parts.part_number,
        parts.standalone_minor,
        parts.price_share,
        parts.valid_from,
        parts.valid_to
    from parts
    left join plans on parts.plan_id = plans.plan_id
    left join products on parts.product_id = products.product_id
)

select * from plan_parts
