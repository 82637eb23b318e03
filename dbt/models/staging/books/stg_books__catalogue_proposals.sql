with source as (
    select * from {{ source('books', 'catalogue_proposals') }}
),

renamed as (
    select
        proposal_id,
        seq,
        command_id,
        content as catalogue_content,
        fingerprint,
        note,
        actor,
        effective_on,
        proposed_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
