with source as (
    select * from {{ source('books', 'quote_steps') }}
),

renamed as (
    select
        quote_id,
        seq,
        command_id,
        step as quote_step,
        evidence,
        actor,
        on_date as stepped_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
