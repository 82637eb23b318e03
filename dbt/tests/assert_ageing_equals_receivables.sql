-- Fails for every customer whose age classes do not sum to what is open.
select
    legal_entity,
    customer_id,
    currency
from {{ ref('aged_receivables') }}
where
    total_minor <> not_due_minor + days_1_30_minor + days_31_60_minor
    + days_61_90_minor + days_over_90_minor + unallocated_credit_minor
