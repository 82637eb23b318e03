with customers as (
    select * from {{ ref('stg_books__customers') }}
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
        status in ('active', 'paused', 'trial')
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})
    group by customer_id
),

paid as (
    select
        customer_id,
        min(valid_from) as first_active_on
    from {{ ref('price_periods') }}
    where status = 'active' and mrr_native > 0
    group by customer_id
),

customers_described as (
    select
        customers.customer_id,
        customers.customer_kind,
        details.customer_name,
        details.email,
        details.postal_code,
        details.city,
        details.country,
        details.language_code,
        details.delivery_channel,
        case
            when values_today.subscription_count > 0 then 'active'
            when paid.first_active_on <= {{ as_of() }} then 'former'
            else 'prospective'
        end as customer_state,
        coalesce(values_today.subscription_count, 0) as subscription_count,
        customers.registered_on,
        paid.first_active_on
    from customers
    left join details on customers.customer_id = details.customer_id
    left join values_today on customers.customer_id = values_today.customer_id
    left join paid on customers.customer_id = paid.customer_id
)

select * from customers_described
