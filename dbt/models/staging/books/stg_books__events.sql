with source as (
    select * from {{ source('books', 'events') }}
),

renamed as (
    select
        event_id,
        aggregate_id,
        seq,
        command_id,
        kind as event_kind,
        aggregate as aggregate_kind,
        actor,
        version as event_version,
        occurred_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
