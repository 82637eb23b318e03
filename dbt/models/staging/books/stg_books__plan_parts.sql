with source as (
    select * from {{ source('books', 'plan_parts') }}
),

renamed as (
    select
        plan_id,
        product_id,
        seq,
        command_id,
        actor,
        n as part_number,
        standalone_minor,
        share as price_share,
        effective_on,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
