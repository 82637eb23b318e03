-- Discounts are taken off one after the other, each on what the one before left.
with recursive pieces as (
    select * from {{ ref('int_pieces_priced') }}
    where not is_paused
),

discounts as (
    select
        pieces.subscription_id,
        pieces.item,
        pieces.from_on,
        campaigns.campaign_id,
        campaigns.discount_kind,
        campaigns.percent_micro,
        campaigns.discount_minor,
        pieces.list_minor,
        row_number() over (
            partition by pieces.subscription_id, pieces.item, pieces.from_on
            order by campaigns.turn
        ) as turn
    from pieces
    inner join {{ ref('int_campaigns_taken') }} as campaigns
        on
            pieces.subscription_id = campaigns.subscription_id
            and pieces.item = campaigns.item
            and pieces.from_on >= campaigns.window_from
            and (campaigns.window_to is null or pieces.from_on < campaigns.window_to)
),

lowered as (
    select
        subscription_id,
        item,
        from_on,
        cast('' as varchar) as campaign_id,
        cast(0 as bigint) as turn,
        list_minor as full_minor
    from discounts
    where turn = 1
    union all
    select
        lowered.subscription_id,
        lowered.item,
        lowered.from_on,
        ltrim(lowered.campaign_id || '+' || discounts.campaign_id, '+') as campaign_id,
        discounts.turn,
        case discounts.discount_kind
            when 'percent'
                then lowered.full_minor - {{ rounded_share(
                    'lowered.full_minor', 'discounts.percent_micro', '1000000'
                ) }}
            when 'amount'
                then greatest(lowered.full_minor - discounts.discount_minor, 0)
            else least(lowered.full_minor, discounts.discount_minor)
        end as full_minor
    from lowered
    inner join discounts
        on
            lowered.subscription_id = discounts.subscription_id
            and lowered.item = discounts.item
            and lowered.from_on = discounts.from_on
            and lowered.turn + 1 = discounts.turn
),

discounted as (
    select * from lowered
    qualify
        row_number() over (
            partition by subscription_id, item, from_on
            order by turn desc
        ) = 1
)

select * from discounted
