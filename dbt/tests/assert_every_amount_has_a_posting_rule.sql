-- Fails for every amount that no posting rule takes up: it stands in the journal
-- without an account.
select
    object_id,
    account_qualifier,
    amount_minor
from {{ ref('journal_lines') }}
where account is null
