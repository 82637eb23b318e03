-- Fails for every table of which a row or an öre was lost or doubled on the way.
with totals as (
    select
        'invoices' as table_name,
        (select count(*) from {{ ref('stg_books__invoices') }}) as landed_rows,
        (select count(*) from {{ ref('invoices') }}) as mart_rows,
        (select sum(total_minor) from {{ ref('stg_books__invoices') }})
            as landed_minor,
        (select sum(total_minor) from {{ ref('invoices') }}) as mart_minor
    union all
    select
        'invoice_lines' as table_name,
        (select count(*) from {{ ref('stg_books__invoice_lines') }}) as landed_rows,
        (select count(*) from {{ ref('invoice_lines') }}) as mart_rows,
        (select sum(net_minor) from {{ ref('stg_books__invoice_lines') }})
            as landed_minor,
        (select sum(net_minor) from {{ ref('invoice_lines') }}) as mart_minor
    union all
    select
        'payments' as table_name,
        (select count(*) from {{ ref('stg_books__payments') }}) as landed_rows,
        (select count(*) from {{ ref('payments') }}) as mart_rows,
        (select sum(amount_minor) from {{ ref('stg_books__payments') }})
            as landed_minor,
        (select sum(amount_minor) from {{ ref('payments') }}) as mart_minor
    union all
    select
        'allocations' as table_name,
        (select count(*) from {{ ref('stg_books__allocations') }}) as landed_rows,
        (select count(*) from {{ ref('allocations') }}) as mart_rows,
        (select sum(amount_minor) from {{ ref('stg_books__allocations') }})
            as landed_minor,
        (select sum(amount_minor) from {{ ref('allocations') }}) as mart_minor
    union all
    select
        'voucher_lines' as table_name,
        (select count(*) from {{ ref('stg_books__voucher_lines') }}) as landed_rows,
        (select count(*) from {{ ref('vouchers_booked') }}) as mart_rows,
        (select sum(abs(amount_minor)) from {{ ref('stg_books__voucher_lines') }})
            as landed_minor,
        (select sum(abs(amount_minor)) from {{ ref('vouchers_booked') }})
            as mart_minor
    union all
    select
        'agreements' as table_name,
        (select count(*) from {{ ref('stg_books__subscriptions') }}) as landed_rows,
        (select count(*) from {{ ref('agreements') }}) as mart_rows,
        0 as landed_minor,
        0 as mart_minor
)

select *
from totals
where
    landed_rows <> mart_rows
    or coalesce(landed_minor, 0) <> coalesce(mart_minor, 0)
