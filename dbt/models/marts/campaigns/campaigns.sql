with campaigns as (
    select * from {{ ref('stg_books__campaigns') }}
),

taken as (
    select
        campaign_id,
        count(distinct subscription_id) as agreement_count
    from {{ ref('int_campaigns_taken') }}
    group by campaign_id
),

in_force as (
    select
        subscription_id,
        unnest(string_split(campaign_id, '+')) as campaign_id,
        mrr_full_price - mrr_native as mrr_discount
    from {{ ref('price_periods') }}
    where
        campaign_id is not null
        and status = 'active'
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to > {{ as_of() }})
),

discounts as (
    select
        campaign_id,
        cast(sum(mrr_discount) as decimal(18, 6)) as mrr_discount,
        count(distinct subscription_id) as agreements_in_force
    from in_force
    group by campaign_id
),

campaigns_taken as (
    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_code,
        campaigns.discount_kind,
        campaigns.lasts_kind,
        campaigns.percent as discount_share,
        campaigns.amount_minor,
        campaigns.lasts_periods,
        campaigns.new_customers_only,
        campaigns.stacks,
        campaigns.lasts_until,
        campaigns.effective_on,
        coalesce(taken.agreement_count, 0) as agreement_count,
        coalesce(discounts.agreements_in_force, 0) as agreements_in_force,
        coalesce(discounts.mrr_discount, cast(0 as decimal(18, 6))) as mrr_discount
    from campaigns
    left join taken on campaigns.campaign_id = taken.campaign_id
    left join discounts on campaigns.campaign_id = discounts.campaign_id
)

select * from campaigns_taken
