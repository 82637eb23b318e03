with source as (
    select * from {{ source('books', 'deliveries') }}
),

renamed as (
    select
        object_id,
        sha256,
        seq,
        command_id,
        channel as delivery_channel,
        actor,
        delivered_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
