-- Fails where the customers' open items are not what the journal has on the accounts of
-- receivables: the ledger of customers and the general ledger have drifted apart.
with items as (
    select
        legal_entity,
        currency,
        sum(balance_minor) as open_minor
    from {{ ref('receivables') }}
    group by legal_entity, currency
),

accounts as (
    select distinct account
    from {{ ref('accounts') }}
    where account_role = 'receivables'
),

balances as (
    select
        balances.legal_entity,
        balances.currency,
        sum(balances.balance_minor) as balance_minor
    from {{ ref('account_balances') }} as balances
    inner join accounts on balances.account = accounts.account
    where balances.month_end = last_day({{ as_of() }})
    group by balances.legal_entity, balances.currency
)

select
    items.open_minor,
    balances.balance_minor,
    coalesce(items.legal_entity, balances.legal_entity) as legal_entity,
    coalesce(items.currency, balances.currency) as currency
from items
full outer join balances
    on
        items.legal_entity = balances.legal_entity
        and items.currency = balances.currency
where coalesce(items.open_minor, 0) <> coalesce(balances.balance_minor, 0)
