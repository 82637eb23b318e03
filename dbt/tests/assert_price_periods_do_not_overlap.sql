-- Fails for every item that has two prices on one day: its MRR would count twice.
with periods as (
    select
        item_id,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by item_id
            order by valid_from
        ) as next_from
    from {{ ref('price_periods') }}
)

select *
from periods
where
    valid_to <= valid_from
    or (next_from is not null and (valid_to is null or next_from < valid_to))
