with customers as (
    select * from {{ ref('stg_books__customers') }}
),

standing as (
    select * from {{ ref('int_customers_standing') }}
),

erased as (
    select
        customer_id,
        min(erased_on) as erased_on
    from {{ ref('stg_books__erasures') }}
    group by customer_id
),

details as (
    select * from {{ ref('stg_books__customer_details') }}
    qualify
        row_number() over (
            partition by customer_id
            order by effective_on <= {{ as_of() }} desc, effective_on desc, seq desc
        ) = 1
),

values_today as (
    select
        customer_id,
        count(distinct subscription_id) as subscription_count
    from {{ ref('price_periods') }}
    where
        status in ('active', 'paused', 'trial', 'prepaid')
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})
    group by customer_id
),

paid as (
    select
        customer_id,
        min(valid_from) as first_active_on
    from {{ ref('price_periods') }}
    where status in ('active', 'prepaid') and mrr_native > 0
    group by customer_id
),

customers_described as (
    select
        customers.customer_id,
        standing.standing_id,
        customers.customer_kind,
        -- Figures need no name of those who have asked to be forgotten.
        case
            when erased.customer_id is null then details.customer_name
            else 'Raderad'
        end as customer_name,
        case when erased.customer_id is null then details.email end as email,
        case when erased.customer_id is null then details.postal_code end
            as postal_code,
        case when erased.customer_id is null then details.city end as city,
        details.country,
        details.language_code,
        details.delivery_channel,
        case
            when standing.is_merged then 'merged'
            when values_today.subscription_count > 0 then 'active'
            when paid.first_active_on <= {{ as_of() }} then 'former'
            else 'prospective'
        end as customer_state,
        coalesce(values_today.subscription_count, 0) as subscription_count,
        standing.is_merged,
        erased.customer_id is not null as is_erased,
        customers.registered_on,
        standing.merged_on,
        erased.erased_on,
        paid.first_active_on
    from customers
    left join standing on customers.customer_id = standing.customer_id
    left join erased on customers.customer_id = erased.customer_id
    left join details on customers.customer_id = details.customer_id
    left join values_today on customers.customer_id = values_today.customer_id
    left join paid on customers.customer_id = paid.customer_id
)

select * from customers_described
