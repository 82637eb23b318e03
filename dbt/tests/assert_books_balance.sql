-- Fails for every day and source whose derived journal does not balance: a posting rule
-- lacks a leg, or an amount of a document does not add up.
select
    legal_entity,
    accounting_date,
    source,
    currency,
    sum(amount_minor) as imbalance_minor
from {{ ref('journal_lines') }}
group by legal_entity, accounting_date, source, currency
having sum(amount_minor) <> 0
