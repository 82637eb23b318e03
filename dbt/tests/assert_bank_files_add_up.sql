-- Fails for every bank file whose total is not matched + parked + refunded: money
-- without a home.
select
    file_sha256,
    legal_entity,
    currency,
    booked_on,
    total_minor - matched_minor - parked_minor - refunded_minor as missing_minor
from {{ ref('reconciliation_certificates') }}
where total_minor <> matched_minor + parked_minor + refunded_minor
