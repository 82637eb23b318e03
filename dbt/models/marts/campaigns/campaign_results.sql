-- What a campaign has come to so far. There are no costs in the books: its margin is
-- what was billed after discount, excluding VAT, and that is what the vouchers hold.
with campaigns as (
    select * from {{ ref('stg_books__campaigns') }}
),

takers as (
    select
        campaign_id,
        legal_entity,
        currency,
        count(*) as taker_count,
        count(*) filter (where is_active) as active_count,
        count(*) filter (where is_discounted) as discounted_count,
        count(*) filter (where is_mature) as mature_count,
        count(*) filter (where is_mature and is_converted) as converted_count,
        min(taken_on) as first_taken_on,
        max(taken_on) as last_taken_on
    from {{ ref('int_campaign_takers') }}
    group by campaign_id, legal_entity, currency
),

billed as (
    select
        campaign_id,
        legal_entity,
        currency,
        sum(list_net_minor) as list_net_minor,
        sum(net_minor) as net_minor,
        sum(recognised_minor) as recognised_minor
    from {{ ref('int_campaign_lines') }}
    group by campaign_id, legal_entity, currency
),

-- A period that costs nothing is on no invoice: what it would have cost, by the day.
free as (
    select
        legal_entity,
        currency,
        unnest(string_split(campaign_id, '+')) as campaign_id,
        {{ rounded_share(
            'listed_value * 1000000',
            '12 * cast(' ~ units_of_major('currency') ~ ' as hugeint)'
            ~ ' * (least(coalesce(to_on, ' ~ as_of() ~ '), ' ~ as_of()
            ~ ') - from_on)',
            "365 * 1000000 * len(string_split(campaign_id, '+'))"
        ) }} as free_minor
    from {{ ref('int_pieces_valued') }}
    where
        campaign_id is not null
        and charged_value = 0
        and status in ('active', 'prepaid', 'trial')
        and from_on < {{ as_of() }}
),

given as (
    select
        campaign_id,
        legal_entity,
        currency,
        cast(sum(free_minor) as bigint) as free_minor
    from free
    group by campaign_id, legal_entity, currency
),

keys as (
    select
        campaign_id,
        legal_entity,
        currency
    from takers
    union
    select
        campaign_id,
        legal_entity,
        currency
    from billed
),

retained as (
    select
        campaign_id,
        max(alive_share) filter (where arm = 'taker' and months_after = 3)
            as retained_3_months,
        max(alive_share) filter (where arm = 'taker' and months_after = 6)
            as retained_6_months,
        max(alive_share) filter (where arm = 'taker' and months_after = 12)
            as retained_12_months,
        max(uplift_share) filter (where months_after = 3) as uplift_3_months,
        max(uplift_share) filter (where months_after = 6) as uplift_6_months,
        max(uplift_share) filter (where months_after = 12) as uplift_12_months,
        bool_or(arm = 'control') as has_control
    from {{ ref('campaign_survival') }}
    group by campaign_id
),

campaign_results as (
    select
        keys.campaign_id,
        keys.legal_entity,
        coalesce(campaigns.campaign_name, keys.campaign_id) as campaign_name,
        keys.currency,
        coalesce(takers.taker_count, 0) as taker_count,
        coalesce(takers.active_count, 0) as active_count,
        coalesce(takers.discounted_count, 0) as discounted_count,
        coalesce(takers.mature_count, 0) as mature_count,
        coalesce(takers.converted_count, 0) as converted_count,
        cast(
            takers.converted_count / nullif(takers.mature_count, 0) as decimal(9, 6)
        ) as converted_share,
        cast(coalesce(billed.list_net_minor, 0) as bigint) as list_net_minor,
        cast(coalesce(billed.list_net_minor - billed.net_minor, 0) as bigint)
            as discount_minor,
        cast(coalesce(billed.net_minor, 0) as bigint) as margin_minor,
        cast(coalesce(billed.recognised_minor, 0) as bigint) as recognised_minor,
        cast(coalesce(billed.net_minor - billed.recognised_minor, 0) as bigint)
            as deferred_minor,
        coalesce(given.free_minor, 0) as free_minor,
        retained.retained_3_months,
        retained.retained_6_months,
        retained.retained_12_months,
        retained.uplift_3_months,
        retained.uplift_6_months,
        retained.uplift_12_months,
        coalesce(retained.has_control, false) as has_control,
        takers.first_taken_on,
        takers.last_taken_on,
        {{ as_of() }} as as_of
    from keys
    left join campaigns on keys.campaign_id = campaigns.campaign_id
    left join takers
        on
            keys.campaign_id = takers.campaign_id
            and keys.legal_entity = takers.legal_entity
            and keys.currency = takers.currency
    left join billed
        on
            keys.campaign_id = billed.campaign_id
            and keys.legal_entity = billed.legal_entity
            and keys.currency = billed.currency
    left join given
        on
            keys.campaign_id = given.campaign_id
            and keys.legal_entity = given.legal_entity
            and keys.currency = given.currency
    left join retained on keys.campaign_id = retained.campaign_id
)

select * from campaign_results
