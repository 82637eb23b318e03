with source as (
    select * from {{ source('books', 'usage_events') }}
),

renamed as (
    select
        event_id,
        subscription_id,
        seq,
        command_id,
        metric as usage_metric,
        actor,
        quantity,
        used_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
