with source as (
    select * from {{ source('books', 'price_lists') }}
),

renamed as (
    select
        price_list,
        seq,
        command_id,
        name as price_list_name,
        currency,
        market,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
