with lines as (
    select * from {{ ref('invoice_lines') }}
    where
        net_minor <> 0
        and line_kind is distinct from 'opening'
        and issued_on <= {{ as_of() }}
),

schedules as (
    select * from {{ ref('revenue_schedules') }}
    where earned_minor <> 0
),

movements as (
    select
        legal_entity,
        currency,
        case when net_minor > 0 then net_minor else 0 end as billed_minor,
        case when net_minor < 0 then net_minor else 0 end as credited_minor,
        0 as recognised_minor,
        last_day(issued_on) as month_end
    from lines
    union all
    select
        legal_entity,
        currency,
        0 as billed_minor,
        0 as credited_minor,
        earned_minor as recognised_minor,
        month_end
    from schedules
),

months as (
    select
        legal_entity,
        currency,
        unnest({{ month_ends('min(month_end)', as_of()) }}) as month_end
    from movements
    group by legal_entity, currency
),

sums as (
    select
        legal_entity,
        currency,
        month_end,
        sum(billed_minor) as billed_minor,
        sum(credited_minor) as credited_minor,
        sum(recognised_minor) as recognised_minor
    from movements
    group by legal_entity, currency, month_end
),

running as (
    select
        months.*,
        coalesce(sums.billed_minor, 0) as billed_minor,
        coalesce(sums.credited_minor, 0) as credited_minor,
        coalesce(sums.recognised_minor, 0) as recognised_minor,
        sum(coalesce(
            sums.billed_minor + sums.credited_minor - sums.recognised_minor, 0
        )) over (
            partition by months.legal_entity, months.currency
            order by months.month_end
        ) as closing_minor
    from months
    left join sums
        on
            months.legal_entity = sums.legal_entity
            and months.currency = sums.currency
            and months.month_end = sums.month_end
),

deferred_revenue as (
    select
        legal_entity,
        currency,
        cast(
            closing_minor - billed_minor - credited_minor + recognised_minor
            as bigint
        ) as opening_minor,
        cast(billed_minor as bigint) as billed_minor,
        cast(credited_minor as bigint) as credited_minor,
        cast(recognised_minor as bigint) as recognised_minor,
        cast(closing_minor as bigint) as closing_minor,
        month_end <= {{ as_of() }} as is_complete,
        month_end
    from running
)

select * from deferred_revenue
