with source as (
    select * from {{ source('books', 'webhook_attempts') }}
),

renamed as (
    select
        event_id,
        endpoint_id,
        seq,
        command_id,
        outcome,
        response as response_text,
        actor,
        attempt,
        status as http_status,
        attempted_at,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
