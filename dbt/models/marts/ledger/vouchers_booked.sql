with vouchers as (
    select * from {{ ref('stg_books__vouchers') }}
),

lines as (
    select * from {{ ref('stg_books__voucher_lines') }}
),

sources as (
    select distinct source from {{ ref('posting_rules') }}
),

-- The source key names what a voucher is about, so that a correction booked in a later
-- period still counts for the day that it corrects.
vouchers_explained as (
    select
        vouchers.*,
        sources.source,
        coalesce(
            try_cast(
                regexp_extract(vouchers.source_key, '\d{4}-\d{2}-\d{2}') as date
            ),
            vouchers.accounting_date
        ) as derived_date
    from vouchers
    left join sources on contains(vouchers.source_key, sources.source)
),

vouchers_booked as (
    select
        lines.voucher_id,
        vouchers_explained.legal_entity,
        vouchers_explained.voucher_series,
        vouchers_explained.source_key,
        vouchers_explained.source,
        vouchers_explained.voucher_text,
        lines.account,
        lines.currency,
        vouchers_explained.voucher_number,
        lines.line_number,
        lines.amount_minor,
        vouchers_explained.accounting_date,
        vouchers_explained.derived_date,
        vouchers_explained.recorded_at
    from lines
    inner join vouchers_explained
        on lines.voucher_id = vouchers_explained.voucher_id
)

select * from vouchers_booked
