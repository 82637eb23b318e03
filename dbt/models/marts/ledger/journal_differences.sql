with derived as (
    select * from {{ ref('journal_lines') }}
    where accounting_date <= {{ as_of() }}
),

booked as (
    select * from {{ ref('vouchers_booked') }}
    where source is not null and derived_date <= {{ as_of() }}
),

both_sides as (
    select
        legal_entity,
        source,
        account,
        currency,
        amount_minor as derived_minor,
        0 as booked_minor,
        accounting_date
    from derived
    union all
    select
        legal_entity,
        source,
        account,
        currency,
        0 as derived_minor,
        amount_minor as booked_minor,
        derived_date as accounting_date
    from booked
),

journal_differences as (
    select
        legal_entity,
        source,
        account,
        currency,
        cast(sum(derived_minor) as bigint) as derived_minor,
        cast(sum(booked_minor) as bigint) as booked_minor,
        cast(sum(derived_minor) - sum(booked_minor) as bigint) as amount_minor,
        accounting_date
    from both_sides
    group by legal_entity, source, account, currency, accounting_date
    having sum(derived_minor) <> sum(booked_minor)
)

select * from journal_differences
