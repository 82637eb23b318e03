-- Fails for every month whose MRR by product does not sum to the MRR of its customers.
with products as (
    select
        legal_entity,
        currency,
        month_end,
        sum(mrr) as mrr
    from {{ ref('mrr_products') }}
    group by legal_entity, currency, month_end
),

customers as (
    select
        legal_entity,
        currency,
        month_end,
        sum(mrr) as mrr
    from {{ ref('mrr_month_ends') }}
    group by legal_entity, currency, month_end
)

select
    products.mrr as products_mrr,
    customers.mrr as customers_mrr,
    coalesce(products.legal_entity, customers.legal_entity) as legal_entity,
    coalesce(products.month_end, customers.month_end) as month_end
from products
full outer join customers
    on
        products.legal_entity = customers.legal_entity
        and products.currency = customers.currency
        and products.month_end = customers.month_end
where coalesce(products.mrr, 0) <> coalesce(customers.mrr, 0)
