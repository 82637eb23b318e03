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
        delivery_weekdays,
        delivery_except,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
