with source as (
    select * from {{ source('books', 'parked_agreements') }}
),

renamed as (
    select
        run_id,
        subscription_id,
        seq,
        command_id,
        reason,
        actor,
        parked_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
