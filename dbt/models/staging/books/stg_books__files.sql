with source as (
    select * from {{ source('books', 'files') }}
),

renamed as (
    select
        sha256,
        seq,
        command_id,
        direction,
        name as file_name,
        kind as file_kind,
        actor,
        size as file_size,
        handled_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
