with source as (
    select * from {{ source('books', 'invoice_taxes') }}
),

renamed as (
    select
        invoice_id,
        seq,
        command_id,
        vat_category,
        actor,
        vat_rate,
        net_minor,
        vat_minor,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
