with source as (
    select * from {{ source('books', 'allocations') }}
),

renamed as (
    select
        allocation_id,
        source_id,
        item_id,
        seq,
        command_id,
        source_kind,
        item_kind,
        currency,
        rule as allocation_rule,
        actor,
        n as allocation_number,
        amount_minor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
