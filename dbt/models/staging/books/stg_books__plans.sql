with source as (
    select * from {{ source('books', 'plans') }}
),

renamed as (
    select
        plan_id,
        product_id,
        seq,
        command_id,
        name as plan_name,
        every_unit,
        timing as billing_timing,
        currency,
        anchor_kind,
        usage_metric,
        usage_aggregation,
        term_unit,
        actor,
        every_count,
        anchor_day,
        setup_fee_minor,
        minimum_minor,
        binding_count,
        notice_count,
        prices_include_vat,
        prorates,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
