-- When each campaign that was taken lowers the price of which item, step by step; the
-- same days as billing.invoicing.campaigns.windows. Periods are counted in the cycles
-- that the item has on the day on which the campaign was taken.
with changes as (
    select * from {{ ref('int_changes_standing') }}
    where change_kind = 'campaign'
),

campaigns as (
    select * from {{ ref('stg_books__campaigns') }}
),

steps as (
    select
        *,
        sum(periods) over (
            partition by campaign_id
            order by campaign_step
        ) - periods as periods_before
    from {{ ref('stg_books__campaign_steps') }}
),

items as (
    select * from {{ ref('int_items_anchored') }}
),

items_first as (
    select
        subscription_id,
        item,
        min(from_on) as first_on
    from items
    group by subscription_id, item
),

taken as (
    select
        changes.subscription_id,
        changes.campaign_id,
        changes.item,
        changes.seq,
        changes.campaign_code,
        campaigns.lasts_kind,
        campaigns.on_plan_change,
        changes.effective_on as taken_on,
        string_split(campaigns.plan_ids, ',') as plan_ids,
        greatest(changes.effective_on, items_first.first_on) as counted_on
    from changes
    inner join campaigns on changes.campaign_id = campaigns.campaign_id
    inner join items_first
        on
            changes.subscription_id = items_first.subscription_id
            and changes.item = items_first.item
),

with_cycles as (
    select
        taken.*,
        items.cycle_months,
        items.cycle_days,
        items.day_of_month,
        items.anchor
    from taken
    asof inner join items
        on
            taken.subscription_id = items.subscription_id
            and taken.item = items.item
            and taken.counted_on >= items.from_on
),

-- What the item had when the campaign was taken; another plan later may end it.
plans_then as (
    select
        taken.subscription_id,
        taken.item,
        taken.seq,
        min_by(items.plan_id, items.from_on) as plan_id,
        min(items.from_on) as since
    from taken
    inner join items
        on
            taken.subscription_id = items.subscription_id
            and taken.item = items.item
            and (items.to_on is null or taken.taken_on < items.to_on)
    group by taken.subscription_id, taken.item, taken.seq
),

lost as (
    select
        taken.subscription_id,
        taken.item,
        taken.seq,
        min(items.from_on) as lost_on
    from taken
    inner join plans_then
        on
            taken.subscription_id = plans_then.subscription_id
            and taken.item = plans_then.item
            and taken.seq = plans_then.seq
    inner join items
        on
            taken.subscription_id = items.subscription_id
            and taken.item = items.item
    where
        items.from_on > plans_then.since
        and items.from_on > taken.taken_on
        and items.plan_id <> plans_then.plan_id
        and (
            taken.on_plan_change = 'lose'
            or not list_contains(taken.plan_ids, items.plan_id)
        )
    group by taken.subscription_id, taken.item, taken.seq
),

stepped as (
    select
        with_cycles.*,
        cast(
            case
                when steps.campaign_id is null then campaigns.percent
                else steps.percent
            end * 1000000 as bigint
        ) as percent_micro,
        cast(coalesce(steps.periods, campaigns.lasts_periods) as integer) as periods,
        cast(coalesce(steps.periods_before, 0) as integer) as periods_before,
        campaigns.lasts_until,
        coalesce(steps.campaign_step, 1) as campaign_step,
        coalesce(steps.discount_kind, campaigns.discount_kind) as discount_kind,
        case
            when steps.campaign_id is null then campaigns.amount_minor
            else steps.amount_minor
        end as discount_minor
    from with_cycles
    inner join campaigns on with_cycles.campaign_id = campaigns.campaign_id
    left join steps on with_cycles.campaign_id = steps.campaign_id
),

guessed as (
    select
        *,
        {{ cycle_guess('taken_on') }} as k_guess
    from stepped
),

counted as (
    select
        *,
        case
            when {{ cycle_start('k_guess') }} > taken_on then k_guess - 1
            else k_guess
        end + periods_before as k
    from guessed
),

windows as (
    select
        *,
        case
            when periods_before > 0 then {{ cycle_start('k') }}
            else taken_on
        end as step_from,
        case
            when lasts_kind in ('periods', 'uses', 'steps')
                then {{ cycle_start('k + periods') }}
            when lasts_kind = 'until' then lasts_until
        end as step_to
    from counted
),

campaigns_taken as (
    select
        windows.subscription_id,
        windows.campaign_id,
        windows.item,
        windows.campaign_code,
        windows.discount_kind,
        windows.seq,
        windows.campaign_step,
        windows.percent_micro,
        windows.discount_minor,
        windows.taken_on,
        windows.step_from as window_from,
        windows.step_to as planned_to,
        lost.lost_on,
        row_number() over (
            partition by windows.subscription_id, windows.item
            order by windows.seq, windows.campaign_step
        ) as turn,
        least(windows.step_to, lost.lost_on) as window_to
    from windows
    left join lost
        on
            windows.subscription_id = lost.subscription_id
            and windows.item = lost.item
            and windows.seq = lost.seq
)

select * from campaigns_taken
