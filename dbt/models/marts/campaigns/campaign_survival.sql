-- A difference is said only between those who were drawn to be offered and those who
-- were not; takers have chosen themselves (kpi.md §5.16).
with arms as (
    select * from {{ ref('int_campaign_arms') }}
),

controls as (
    select
        *,
        alive_count / member_count as alive_part
    from arms
    where arm = 'control'
),

compared as (
    select
        arms.*,
        controls.alive_part as control_part,
        arms.alive_count / arms.member_count as alive_part,
        sqrt(
            arms.alive_count
            * (arms.member_count - arms.alive_count)
            / power(arms.member_count, 3)
            + controls.alive_part * (1 - controls.alive_part) / controls.member_count
        ) as deviation
    from arms
    left join controls
        on
            arms.campaign_id = controls.campaign_id
            and arms.months_after = controls.months_after
            and arms.arm = 'offered'
),

campaign_survival as (
    select
        campaign_id,
        arm,
        months_after,
        member_count,
        alive_count,
        cast(alive_part as decimal(9, 6)) as alive_share,
        cast(alive_part - control_part as decimal(9, 6)) as uplift_share,
        cast(alive_part - control_part - 1.959964 * deviation as decimal(9, 6))
            as uplift_low,
        cast(alive_part - control_part + 1.959964 * deviation as decimal(9, 6))
            as uplift_high
    from compared
)

select * from campaign_survival
