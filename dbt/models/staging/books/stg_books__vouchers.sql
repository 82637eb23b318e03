with source as (
    select * from {{ source('books', 'vouchers') }}
),

renamed as (
    select
        voucher_id,
        legal_entity,
        seq,
        command_id,
        series as voucher_series,
        source_key,
        text as voucher_text,
        actor,
        number as voucher_number,
        line_count,
        accounting_date,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
