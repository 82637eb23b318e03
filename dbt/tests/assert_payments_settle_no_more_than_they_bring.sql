-- Fails for every payment that has settled more than it brought, or less than nothing.
select
    payment_id,
    amount_minor,
    allocated_minor
from {{ ref('payments') }}
where
    abs(allocated_minor) > abs(amount_minor)
    or allocated_minor * sign(amount_minor) < 0
