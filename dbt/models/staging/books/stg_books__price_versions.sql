with source as (
    select * from {{ source('books', 'price_versions') }}
),

renamed as (
    select
        plan_id,
        seq,
        command_id,
        phase_unit,
        applies_to,
        model as price_model,
        terms as terms_json,
        actor,
        version as price_version,
        phase,
        phase_count,
        amount,
        valid_from,
        valid_to,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
