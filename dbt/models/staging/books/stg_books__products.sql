with source as (
    select * from {{ source('books', 'products') }}
),

renamed as (
    select
        product_id,
        seq,
        command_id,
        name as product_name,
        vat_category,
        recognised,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
