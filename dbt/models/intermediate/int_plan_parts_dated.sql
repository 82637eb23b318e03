-- What a plan sells from which day on: the parts of a bundle with the weights that
-- share its price, or its one product. The parts of a bundle change together; its
-- first composition has held for ever.
with parts as (
    select * from {{ ref('stg_books__plan_parts') }}
),

plans as (
    select * from {{ ref('int_plans_current') }}
),

compositions as (
    select
        plan_id,
        effective_on,
        arg_max(command_id, seq) as command_id
    from parts
    group by plan_id, effective_on
),

bounded as (
    select
        plan_id,
        command_id,
        case
            when
                row_number() over plan_in_time = 1
                then date '1900-01-01'
            else effective_on
        end as valid_from,
        lead(effective_on) over plan_in_time as valid_to
    from compositions
    window plan_in_time as (partition by plan_id order by effective_on)
),

weighed as (
    select
        parts.plan_id,
        parts.product_id,
        parts.standalone_minor,
        parts.price_share,
        coalesce(
            parts.standalone_minor, cast(parts.price_share * 1000000 as bigint)
        ) as part_weight,
        row_number() over (
            partition by parts.plan_id, bounded.valid_from
            order by parts.part_number
        ) as part_number,
        bounded.valid_from,
        bounded.valid_to
    from bounded
    inner join parts
        on
            bounded.plan_id = parts.plan_id
            and bounded.command_id = parts.command_id
    union all
    select
        plans.plan_id,
        plans.product_id,
        cast(null as bigint) as standalone_minor,
        cast(null as decimal(9, 6)) as price_share,
        1 as part_weight,
        1 as part_number,
        date '1900-01-01' as valid_from,
        cast(null as date) as valid_to
    from plans
    left join compositions on plans.plan_id = compositions.plan_id
    where compositions.plan_id is null
),

plan_parts_dated as (
    select
        *,
        cast(sum(part_weight) over (
            partition by plan_id, valid_from
            order by part_number desc
        ) as bigint) as weight_left,
        count(*) over (partition by plan_id, valid_from) as part_count
    from weighed
)

select * from plan_parts_dated
