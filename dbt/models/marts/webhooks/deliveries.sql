with attempts as (
    select * from {{ ref('stg_books__webhook_attempts') }}
),

events as (
    select * from {{ ref('stg_books__events') }}
),

deliveries as (
    select
        attempts.event_id,
        attempts.endpoint_id,
        any_value(events.aggregate_id) as aggregate_id,
        any_value(events.event_kind) as event_kind,
        max_by(attempts.outcome, attempts.attempt) as outcome,
        count(*) as attempt_count,
        arg_max_null(attempts.http_status, attempts.attempt) as http_status,
        any_value(events.occurred_on) as occurred_on,
        min(attempts.attempted_at) as first_attempted_at,
        max(attempts.attempted_at) as last_attempted_at
    from attempts
    left join events on attempts.event_id = events.event_id
    group by attempts.event_id, attempts.endpoint_id
)

select * from deliveries
