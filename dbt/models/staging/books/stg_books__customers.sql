with source as (
    select * from {{ source('books', 'customers') }}
),

renamed as (
    select
        customer_id,
        seq,
        command_id,
        kind as customer_kind,
        identity_scheme,
        identity_shown,
        actor,
        registered_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
