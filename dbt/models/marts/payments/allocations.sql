with allocations as (
    select * from {{ ref('stg_books__allocations') }}
),

items as (
    select * from {{ ref('int_receivable_items_issued') }}
),

allocations_traced as (
    select
        allocations.allocation_id,
        allocations.source_id,
        allocations.item_id,
        items.invoice_id,
        items.legal_entity,
        items.customer_id,
        allocations.source_kind,
        allocations.item_kind,
        allocations.allocation_rule,
        allocations.currency,
        allocations.allocation_number,
        allocations.amount_minor,
        allocations.effective_on,
        allocations.recorded_at
    from allocations
    inner join items on allocations.item_id = items.item_id
)

select * from allocations_traced
