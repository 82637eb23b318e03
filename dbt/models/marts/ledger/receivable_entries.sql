with items as (
    select * from {{ ref('int_receivable_items_issued') }}
),

allocations as (
    select * from {{ ref('stg_books__allocations') }}
),

issued as (
    select
        *,
        item_kind as entry_kind,
        issued_on as posting_date,
        item_id || '/issued' as entry_id
    from items
),

settled as (
    select
        allocations.allocation_id as entry_id,
        allocations.item_id,
        case
            when allocations.source_kind = 'payment' and allocations.amount_minor < 0
                then 'payment_return'
            else allocations.source_kind
        end as entry_kind,
        -allocations.amount_minor as amount_minor,
        allocations.effective_on as posting_date,
        allocations.recorded_at
    from allocations
),

-- A credit note that pays an invoice is used up by as much.
credits_used as (
    select
        allocation_id || '/used' as entry_id,
        source_id as item_id,
        'credit_used' as entry_kind,
        amount_minor,
        effective_on as posting_date,
        recorded_at
    from allocations
    where source_kind = 'credit_note'
),

movements as (
    select * from settled
    union all by name
    select * from credits_used
),

moved as (
    select
        movements.entry_id,
        movements.item_id,
        items.invoice_id,
        items.legal_entity,
        items.customer_id,
        items.item_kind,
        movements.entry_kind,
        items.currency,
        movements.amount_minor,
        movements.posting_date,
        items.due_on,
        movements.recorded_at
    from movements
    inner join items on movements.item_id = items.item_id
),

entries as (
    select
        entry_id,
        item_id,
        invoice_id,
        legal_entity,
        customer_id,
        item_kind,
        entry_kind,
        currency,
        amount_minor,
        posting_date,
        due_on,
        recorded_at
    from issued
    union all by name
    select * from moved
)

select * from entries
