with source as (
    select * from {{ source('books', 'catalogue_withdrawals') }}
),

renamed as (
    select
        applied_command,
        seq,
        command_id,
        reason,
        actor,
        withdrawn_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
