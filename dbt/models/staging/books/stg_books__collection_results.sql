with source as (
    select * from {{ source('books', 'collection_results') }}
),

renamed as (
    select
        order_id,
        seq,
        command_id,
        result as collection_result,
        reason,
        actor,
        booked_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
