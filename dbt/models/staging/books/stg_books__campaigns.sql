with source as (
    select * from {{ source('books', 'campaigns') }}
),

renamed as (
    select
        campaign_id,
        seq,
        command_id,
        name as campaign_name,
        code as campaign_code,
        discount_kind,
        lasts_kind,
        plans as plan_ids,
        on_plan_change,
        offered_on,
        first_period,
        binding_unit,
        exit_fee_kind,
        examples as examples_json,
        actor,
        percent,
        amount_minor,
        lasts_periods,
        code_max_uses,
        code_max_uses_customer,
        ended_from_days,
        ended_to_days,
        again_after_days,
        binding_count,
        exit_fee_minor,
        control_share,
        new_customers_only,
        stacks,
        effective_on,
        lasts_until,
        valid_from,
        valid_to,
        recorded_at
    from source
    where {{ known() }} and {{ standing_in_catalogue() }}
)

select * from renamed
