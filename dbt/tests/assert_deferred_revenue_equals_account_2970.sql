-- Fails for every complete month whose schedules leave another sum deferred than the
-- journal has on the account of deferred revenue.
with accounts as (
    select distinct account
    from {{ ref('accounts') }}
    where account_role = 'deferred_revenue'
),

balances as (
    select
        balances.legal_entity,
        balances.currency,
        balances.month_end,
        -sum(balances.balance_minor) as balance_minor
    from {{ ref('account_balances') }} as balances
    inner join accounts on balances.account = accounts.account
    group by balances.legal_entity, balances.currency, balances.month_end
)

select
    schedules.legal_entity,
    schedules.currency,
    schedules.month_end,
    schedules.closing_minor,
    balances.balance_minor
from {{ ref('deferred_revenue') }} as schedules
left join balances
    on
        schedules.legal_entity = balances.legal_entity
        and schedules.currency = balances.currency
        and schedules.month_end = balances.month_end
where
    schedules.is_complete
    and schedules.closing_minor <> coalesce(balances.balance_minor, 0)
