with source as (
    select * from {{ source('books', 'write_offs') }}
),

renamed as (
    select
        write_off_id,
        invoice_id,
        seq,
        command_id,
        reason,
        actor,
        amount_minor,
        written_off_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
