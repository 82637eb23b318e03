with versions as (
    select * from {{ ref('stg_books__price_versions') }}
),

plans as (
    select * from {{ ref('int_plans_current') }}
),

price_versions as (
    select
        versions.plan_id,
        plans.product_id,
        plans.plan_name,
        plans.product_name,
        plans.vat_category,
        plans.every_unit,
        plans.billing_timing,
        plans.currency,
        versions.applies_to,
        versions.price_model,
        versions.price_version,
        versions.phase,
        plans.every_count,
        versions.amount,
        plans.prices_include_vat,
        versions.valid_from,
        versions.valid_to
    from versions
    left join plans on versions.plan_id = plans.plan_id
)

select * from price_versions
