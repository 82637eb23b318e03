-- Warns of every day that is derived otherwise than it is booked. Between two runs that
-- is as it should be: the next booking of vouchers takes it up.
{{ config(severity='warn') }}
select
    legal_entity,
    accounting_date,
    source,
    account,
    currency,
    amount_minor
from {{ ref('journal_differences') }}
