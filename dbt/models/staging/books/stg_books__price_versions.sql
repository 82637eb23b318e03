with source as (
    select * from {{ source('books', 'price_versions') }}
),

renamed as (
    select
        plan_id,
        seq,
        command_id,
        price_list,
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
        cohort_from,
        cohort_to,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
