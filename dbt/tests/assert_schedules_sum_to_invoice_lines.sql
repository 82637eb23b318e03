-- Fails for every invoice line that is not earned to the öre over its months.
with schedules as (
    select
        invoice_id,
        line_number,
        sum(recognised_minor) as recognised_minor,
        any_value(net_minor) as net_minor
    from {{ ref('revenue_schedules') }}
    group by invoice_id, line_number
)

select *
from schedules
where recognised_minor <> net_minor
