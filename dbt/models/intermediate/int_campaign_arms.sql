-- How many of those who took a campaign, and of those drawn to be offered it or not,
-- have an agreement so many months later. Only who has had the time is counted.
with takers as (
    select * from {{ ref('int_campaign_takers') }}
),

exposures as (
    select * from {{ ref('stg_books__campaign_exposures') }}
),

customers as (
    select * from {{ ref('int_customers_standing') }}
),

agreements as (
    select * from {{ ref('agreements') }}
),

members as (
    select
        campaign_id,
        'taker' as arm,
        subscription_id as member_id,
        taken_on as joined_on,
        taken_on as begins_on,
        ended_on
    from takers
    union all
    select
        exposures.campaign_id,
        exposures.arm,
        exposures.customer_id as member_id,
        exposures.exposed_on as joined_on,
        agreements.started_on as begins_on,
        agreements.ended_on
    from exposures
    inner join customers on exposures.customer_id = customers.customer_id
    left join agreements on customers.standing_id = agreements.customer_id
),

months as (
    select unnest(generate_series(0, 12)) as months_after
),

member_months as (
    select
        members.campaign_id,
        members.arm,
        members.member_id,
        months.months_after,
        bool_or(
            members.begins_on <= members.joined_on + to_months(months.months_after)
            and (
                members.ended_on is null
                or members.ended_on > members.joined_on + to_months(months.months_after)
            )
        ) as is_alive
    from members
    cross join months
    where members.joined_on + to_months(months.months_after) <= {{ as_of() }}
    group by
        members.campaign_id, members.arm, members.member_id, months.months_after
),

campaign_arms as (
    select
        campaign_id,
        arm,
        cast(months_after as integer) as months_after,
        count(*) as member_count,
        count(*) filter (where is_alive) as alive_count
    from member_months
    group by campaign_id, arm, months_after
)

select * from campaign_arms
