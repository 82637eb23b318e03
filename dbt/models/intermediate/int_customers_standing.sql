-- Whose name a customer goes by: that of the customer that it was merged into, as long
-- as nobody has split them again. Merges do not chain, and one at a time stands.
with customers as (
    select * from {{ ref('stg_books__customers') }}
),

merged as (
    select * from {{ ref('stg_books__customer_merges') }}
),

splits as (
    select * from {{ ref('stg_books__customer_splits') }}
),

standing as (
    select
        merged.merge_id,
        merged.merged_id,
        merged.kept_id,
        merged.effective_on as merged_on
    from merged
    left join splits on merged.merge_id = splits.merge_id
    where splits.merge_id is null
),

customers_standing as (
    select
        customers.customer_id,
        standing.merge_id,
        standing.merged_on,
        coalesce(standing.kept_id, customers.customer_id) as standing_id,
        standing.kept_id is not null as is_merged
    from customers
    left join standing on customers.customer_id = standing.merged_id
)

select * from customers_standing
