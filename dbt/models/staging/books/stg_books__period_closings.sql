with source as (
    select * from {{ source('books', 'period_closings') }}
),

renamed as (
    select
        legal_entity,
        seq,
        command_id,
        actor,
        closed_through,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
