with source as (
    select * from {{ source('books', 'webhook_endpoints') }}
),

renamed as (
    select
        endpoint_id,
        seq,
        command_id,
        url,
        kinds as event_kinds,
        state as endpoint_state,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
