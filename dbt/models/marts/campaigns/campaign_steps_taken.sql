-- Of those whose turn it was, how many were there when a step began. The last step is
-- the full price, for those whose campaign has an end.
with taken as (
    select * from {{ ref('int_campaigns_taken') }}
),

agreements as (
    select * from {{ ref('agreements') }}
),

steps as (
    select
        subscription_id,
        campaign_id,
        seq,
        campaign_step,
        discount_kind,
        percent_micro,
        discount_minor,
        window_from as begins_on,
        lost_on
    from taken
    union all
    select
        subscription_id,
        campaign_id,
        seq,
        max(campaign_step) + 1 as campaign_step,
        'full_price' as discount_kind,
        cast(null as bigint) as percent_micro,
        cast(null as bigint) as discount_minor,
        least(max(planned_to), any_value(lost_on)) as begins_on,
        cast(null as date) as lost_on
    from taken
    group by subscription_id, campaign_id, seq
    having bool_and(planned_to is not null)
),

steps_begun as (
    select
        steps.*,
        agreements.legal_entity,
        agreements.currency,
        (steps.lost_on is null or steps.lost_on > steps.begins_on)
        and (agreements.ended_on is null or agreements.ended_on > steps.begins_on)
            as is_reached
    from steps
    inner join agreements on steps.subscription_id = agreements.subscription_id
    where steps.begins_on <= {{ as_of() }}
),

campaign_steps_taken as (
    select
        campaign_id,
        legal_entity,
        currency,
        discount_kind,
        cast(campaign_step as integer) as campaign_step,
        cast(any_value(percent_micro) * 0.000001 as decimal(9, 6)) as discount_share,
        cast(
            count(*) filter (where is_reached) / count(*) as decimal(9, 6)
        ) as reached_share,
        any_value(discount_minor) as discount_minor,
        count(*) as could_count,
        count(*) filter (where is_reached) as reached_count
    from steps_begun
    group by campaign_id, legal_entity, currency, campaign_step, discount_kind
)

select * from campaign_steps_taken
