-- A confirmed loss brings its share of the VAT back (ML 2023:200 8:16).
with allocations as (
    select * from {{ ref('stg_books__allocations') }}
    where source_kind = 'write_off'
),

write_offs as (
    select * from {{ ref('stg_books__write_offs') }}
),

items as (
    select * from {{ ref('int_receivable_items_issued') }}
),

taxes as (
    select * from {{ ref('stg_books__invoice_taxes') }}
),

written_off as (
    select
        allocations.allocation_id as object_id,
        allocations.item_id,
        items.legal_entity,
        items.customer_id,
        'receivable_written_off' as event_name,
        allocations.currency,
        coalesce(write_offs.reason, '') in (
            'residual', 'tolerance', 'rounding'
        ) as is_tolerance,
        allocations.amount_minor as written_off_minor,
        items.amount_minor as item_minor,
        allocations.effective_on as accounting_date,
        allocations.recorded_at
    from allocations
    inner join items on allocations.item_id = items.item_id
    left join write_offs on allocations.source_id = write_offs.write_off_id
),

vat as (
    select
        written_off.*,
        cast(taxes.vat_rate as varchar) as account_qualifier,
        {{ rounded_share(
            'written_off.written_off_minor * taxes.vat_minor',
            '1',
            'abs(written_off.item_minor)'
        ) }} as vat_minor
    from written_off
    inner join taxes on written_off.item_id = taxes.invoice_id
    where not written_off.is_tolerance and written_off.item_minor <> 0
),

vat_by_object as (
    select
        object_id,
        sum(vat_minor) as vat_minor
    from vat
    group by object_id
),

amounts as (
    select
        *,
        null as account_qualifier,
        'written_off_minor' as amount_name,
        written_off_minor as amount_minor
    from written_off
    union all
    select
        *,
        null as account_qualifier,
        'tolerance_minor' as amount_name,
        written_off_minor as amount_minor
    from written_off
    where is_tolerance
    union all
    select
        written_off.*,
        null as account_qualifier,
        'loss_minor' as amount_name,
        cast(
            written_off.written_off_minor - coalesce(vat_by_object.vat_minor, 0)
            as bigint
        ) as amount_minor
    from written_off
    left join vat_by_object on written_off.object_id = vat_by_object.object_id
    where not written_off.is_tolerance
    union all
    select
        * exclude (vat_minor),
        'vat_minor' as amount_name,
        vat_minor as amount_minor
    from vat
),

posted as (
    select
        object_id,
        legal_entity,
        customer_id,
        event_name,
        currency,
        account_qualifier,
        amount_name,
        0 as object_line,
        amount_minor,
        accounting_date,
        recorded_at
    from amounts
)

select * from posted
