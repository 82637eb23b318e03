with source as (
    select * from {{ source('books', 'voucher_lines') }}
),

renamed as (
    select
        voucher_id,
        seq,
        command_id,
        account,
        currency,
        actor,
        n as line_number,
        amount_minor,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
