-- The rate of each category in the country of each legal entity, from a day on. A
-- category that is a decimal ("0.25") is that rate, everywhere and always.
with rates as (
    select * from {{ ref('vat_rates') }}
),

companies as (
    select
        legal_entity,
        max_by(country, (effective_on, seq)) as country
    from {{ ref('stg_books__company_profiles') }}
    group by legal_entity
),

stated as (
    select distinct
        vat_category,
        try_cast(vat_category as decimal(9, 6)) as vat_rate
    from {{ ref('stg_books__products') }}
    where try_cast(vat_category as decimal(9, 6)) is not null
),

dated as (
    select
        companies.legal_entity,
        rates.vat_category,
        cast(rates.vat_rate * 1000000 as bigint) as rate_micro,
        rates.valid_from
    from rates
    inner join companies on rates.country = companies.country
    union all
    select
        companies.legal_entity,
        stated.vat_category,
        cast(stated.vat_rate * 1000000 as bigint) as rate_micro,
        date '1900-01-01' as valid_from
    from stated
    cross join companies
),

vat_rates_dated as (
    select
        *,
        lead(valid_from) over (
            partition by legal_entity, vat_category
            order by valid_from
        ) as valid_to
    from dated
)

select * from vat_rates_dated
