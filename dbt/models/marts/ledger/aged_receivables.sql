with receivables as (
    select * from {{ ref('receivables') }}
),

aged_receivables as (
    select
        legal_entity,
        customer_id,
        currency,
        cast(coalesce(
            sum(balance_minor) filter (where age_bucket = 'not_due'), 0
        ) as bigint) as not_due_minor,
        cast(coalesce(
            sum(balance_minor) filter (where age_bucket = 'days_1_30'), 0
        ) as bigint) as days_1_30_minor,
        cast(coalesce(
            sum(balance_minor) filter (where age_bucket = 'days_31_60'), 0
        ) as bigint) as days_31_60_minor,
        cast(coalesce(
            sum(balance_minor) filter (where age_bucket = 'days_61_90'), 0
        ) as bigint) as days_61_90_minor,
        cast(coalesce(
            sum(balance_minor) filter (where age_bucket = 'days_over_90'), 0
        ) as bigint) as days_over_90_minor,
        cast(coalesce(
            sum(balance_minor) filter (where age_bucket = 'credit'), 0
        ) as bigint) as unallocated_credit_minor,
        cast(sum(balance_minor) as bigint) as total_minor,
        as_of
    from receivables
    group by legal_entity, customer_id, currency, as_of
)

select * from aged_receivables
