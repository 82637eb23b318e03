with source as (
    select * from {{ source('books', 'customer_splits') }}
),

renamed as (
    select
        merge_id,
        seq,
        command_id,
        reason,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
