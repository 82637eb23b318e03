-- What was billed under each campaign, line by line, excluding VAT. A line that several
-- campaigns have lowered is shared evenly among them, to the öre.
with lines as (
    select
        *,
        cast(vat_rate * 1000000 as bigint) as rate_micro,
        string_split(campaign_id, '+') as campaign_ids
    from {{ ref('invoice_lines') }}
    where campaign_id is not null and issued_on <= {{ as_of() }}
),

schedules as (
    select
        invoice_id,
        line_number,
        sum(earned_minor) as recognised_minor
    from {{ ref('revenue_schedules') }}
    group by invoice_id, line_number
),

-- The line's share of the list price: what it costs is to the price of its cycle after
-- discounts as this is to the one before.
listed as (
    select
        *,
        case
            when full_minor = 0 then amount_minor
            else {{ rounded_share('amount_minor', 'list_minor', 'full_minor') }}
        end as list_amount_minor
    from lines
),

priced as (
    select
        listed.*,
        case
            when listed.price_includes_vat
                then {{ rounded_share(
                    'listed.list_amount_minor', '1000000', '1000000 + listed.rate_micro'
                ) }}
            else listed.list_amount_minor
        end as list_net_minor,
        coalesce(schedules.recognised_minor, 0) as recognised_minor
    from listed
    left join schedules
        on
            listed.invoice_id = schedules.invoice_id
            and listed.line_number = schedules.line_number
),

unnested as (
    select
        invoice_id,
        line_number,
        legal_entity,
        subscription_id,
        currency,
        list_net_minor,
        net_minor,
        recognised_minor,
        issued_on,
        len(campaign_ids) as campaign_count,
        generate_subscripts(campaign_ids, 1) as n,
        unnest(campaign_ids) as campaign_id
    from priced
),

campaign_lines as (
    select
        invoice_id,
        line_number,
        legal_entity,
        subscription_id,
        campaign_id,
        currency,
        {{ rounded_share('list_net_minor', 'n', 'campaign_count') }}
        - {{ rounded_share('list_net_minor', 'n - 1', 'campaign_count') }}
            as list_net_minor,
        {{ rounded_share('net_minor', 'n', 'campaign_count') }}
        - {{ rounded_share('net_minor', 'n - 1', 'campaign_count') }}
            as net_minor,
        {{ rounded_share('recognised_minor', 'n', 'campaign_count') }}
        - {{ rounded_share('recognised_minor', 'n - 1', 'campaign_count') }}
            as recognised_minor,
        issued_on
    from unnested
)

select * from campaign_lines
