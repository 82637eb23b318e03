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
        exit_fee_kind,
        trial_then,
        actor,
        every_count,
        anchor_day,
        setup_fee_minor,
        minimum_minor,
        binding_count,
        notice_count,
        lasts_count,
        exit_fee_minor,
        prices_include_vat,
        prorates,
        renews,
        effective_on,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
