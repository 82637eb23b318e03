-- When each campaign that was taken lowers the price of which item; periods are counted
-- from the cycle that holds the day on which it was taken.
with changes as (
    select * from {{ ref('int_changes_standing') }}
    where change_kind = 'campaign'
),

campaigns as (
    select * from {{ ref('stg_books__campaigns') }}
),

items as (
    select * from {{ ref('int_items_anchored') }}
    qualify
        row_number() over (
            partition by subscription_id, item
            order by from_on
        ) = 1
),

taken as (
    select
        changes.subscription_id,
        changes.campaign_id,
        changes.item,
        campaigns.discount_kind,
        campaigns.lasts_kind,
        cast(campaigns.percent * 1000000 as bigint) as percent_micro,
        campaigns.amount_minor as discount_minor,
        campaigns.lasts_periods,
        items.cycle_months,
        items.cycle_days,
        items.day_of_month,
        items.anchor,
        campaigns.lasts_until,
        changes.effective_on as window_from,
        row_number() over (
            partition by changes.subscription_id, changes.item
            order by changes.seq
        ) as turn
    from changes
    inner join campaigns on changes.campaign_id = campaigns.campaign_id
    inner join items
        on
            changes.subscription_id = items.subscription_id
            and changes.item = items.item
),

guessed as (
    select
        *,
        {{ cycle_guess('window_from') }} as k_guess
    from taken
),

counted as (
    select
        *,
        case
            when {{ cycle_start('k_guess') }} > window_from then k_guess - 1
            else k_guess
        end as k
    from guessed
),

windows as (
    select
        subscription_id,
        campaign_id,
        item,
        discount_kind,
        percent_micro,
        discount_minor,
        turn,
        window_from,
        case
            when lasts_kind in ('periods', 'uses')
                then {{ cycle_start('k + lasts_periods') }}
            when lasts_kind = 'until' then lasts_until
        end as window_to
    from counted
)

select * from windows
