with versions as (
    select * from {{ ref('stg_books__price_versions') }}
),

price_lists as (
    select * from {{ ref('stg_books__price_lists') }}
    qualify
        row_number() over (
            partition by price_list
            order by effective_on <= {{ as_of() }} desc, effective_on desc, seq desc
        ) = 1
),

reached as (
    select
        plan_id,
        price_list,
        price_version,
        phase,
        count(distinct subscription_id) as agreement_count
    from {{ ref('int_pieces_versioned') }}
    where
        agreed_minor is null
        and from_on <= {{ as_of() }}
        and (to_on is null or to_on > {{ as_of() }})
    group by plan_id, price_list, price_version, phase
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
        versions.price_list,
        price_lists.market,
        versions.applies_to,
        versions.price_model,
        versions.price_version,
        versions.phase,
        plans.every_count,
        versions.amount,
        plans.prices_include_vat,
        versions.valid_from,
        versions.valid_to,
        versions.cohort_from,
        versions.cohort_to,
        coalesce(price_lists.currency, plans.currency) as currency,
        coalesce(reached.agreement_count, 0) as agreement_count
    from versions
    left join plans on versions.plan_id = plans.plan_id
    left join price_lists on versions.price_list = price_lists.price_list
    left join reached
        on
            versions.plan_id = reached.plan_id
            and versions.price_list = reached.price_list
            and versions.price_version = reached.price_version
            and versions.phase = reached.phase
)

select * from price_versions
