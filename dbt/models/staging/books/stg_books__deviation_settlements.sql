with source as (
    select * from {{ source('books', 'deviation_settlements') }}
),

renamed as (
    select
        deviation_id,
        seq,
        command_id,
        decision,
        note,
        actor,
        settled_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
