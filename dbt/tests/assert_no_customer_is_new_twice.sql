-- Fails for every customer that was counted as new more than once.
select
    legal_entity,
    customer_id,
    currency,
    count(*) as times_new
from {{ ref('mrr_movements') }}
where movement = 'new'
group by legal_entity, customer_id, currency
having count(*) > 1
