with source as (
    select * from {{ source('books', 'customer_merges') }}
),

renamed as (
    select
        merge_id,
        kept_id,
        merged_id,
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
