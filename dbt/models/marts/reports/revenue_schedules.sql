-- Straight line by day with cumulative rounding: each month gets what is earned by its
-- end less what was earned before, so the months sum to the line to the öre. Days that
-- had passed when the line was issued are earned on the day of issue.
with lines as (
    select
        *,
        period_to - period_from as days_total,
        case recognised
            when 'daily' then last_day(greatest(period_from, issued_on))
            else last_day(issued_on)
        end as first_month_end,
        case recognised
            when 'daily' then last_day(greatest(period_to - 1, issued_on))
            else last_day(issued_on)
        end as last_month_end
    from {{ ref('invoice_lines') }}
    where net_minor <> 0 and line_kind is distinct from 'opening'
),

line_months as (
    select
        *,
        unnest({{ month_ends('first_month_end', 'last_month_end') }}) as month_end
    from lines
),

line_days as (
    select
        *,
        month_end = first_month_end as is_first,
        least(greatest(month_end - period_from + 1, 0), days_total) as days_to_end,
        least(
            greatest(last_day(month_end - interval 1 month) - period_from + 1, 0),
            days_total
        ) as days_before,
        case
            when issued_on > {{ as_of() }} then 0
            else least(
                greatest(least(month_end, {{ as_of() }}) - period_from + 1, 0),
                days_total
            )
        end as days_to_date
    from line_months
),

earned as (
    select
        *,
        case
            when recognised = 'at_once' then net_minor
            else {{ rounded_share('net_minor', 'days_to_end', 'days_total') }}
        end as cumulative_minor,
        case
            when is_first then 0
            else {{ rounded_share('net_minor', 'days_before', 'days_total') }}
        end as before_minor,
        case
            when issued_on > {{ as_of() }} then 0
            when recognised = 'at_once' then net_minor
            else {{ rounded_share('net_minor', 'days_to_date', 'days_total') }}
        end as to_date_minor
    from line_days
),

revenue_schedules as (
    select
        invoice_id,
        legal_entity,
        customer_id,
        product_id,
        recognised,
        currency,
        line_number,
        vat_rate,
        net_minor,
        cumulative_minor - before_minor as recognised_minor,
        cumulative_minor,
        net_minor - cumulative_minor as remaining_minor,
        -- Of the month, what is earned by the end of the day that is asked for.
        case
            when month_end <= {{ as_of() }} then cumulative_minor - before_minor
            when to_date_minor = 0 then 0
            when date_trunc('month', month_end) > {{ as_of() }} then 0
            else to_date_minor - before_minor
        end as earned_minor,
        month_end
    from earned
)

select * from revenue_schedules
