with source as (
    select * from {{ source('books', 'catalogue_proposal_steps') }}
),

renamed as (
    select
        proposal_id,
        seq,
        command_id,
        step as proposal_step,
        note,
        actor,
        on_date as stepped_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
