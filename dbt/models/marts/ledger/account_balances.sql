with journal as (
    select * from {{ ref('journal_lines') }}
    where accounting_date <= {{ as_of() }}
),

accounts as (
    select distinct
        account,
        account_name,
        account_type
    from {{ ref('accounts') }}
),

movements as (
    select
        legal_entity,
        account,
        currency,
        coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as debit_minor,
        coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0) as credit_minor,
        last_day(accounting_date) as month_end
    from journal
    group by legal_entity, account, currency, last_day(accounting_date)
),

account_months as (
    select
        legal_entity,
        account,
        currency,
        unnest({{ month_ends('min(month_end)', as_of()) }}) as month_end
    from movements
    group by legal_entity, account, currency
),

months_moved as (
    select
        account_months.*,
        coalesce(movements.debit_minor, 0) as debit_minor,
        coalesce(movements.credit_minor, 0) as credit_minor
    from account_months
    left join movements
        on
            account_months.legal_entity = movements.legal_entity
            and account_months.account = movements.account
            and account_months.currency = movements.currency
            and account_months.month_end = movements.month_end
),

running as (
    select
        *,
        sum(debit_minor - credit_minor) over (
            partition by legal_entity, account, currency
            order by month_end
        ) as closing_minor
    from months_moved
),

account_balances as (
    select
        running.legal_entity,
        running.account,
        accounts.account_name,
        accounts.account_type,
        running.currency,
        cast(
            running.closing_minor - running.debit_minor + running.credit_minor
            as bigint
        ) as opening_minor,
        cast(running.debit_minor as bigint) as debit_minor,
        cast(running.credit_minor as bigint) as credit_minor,
        cast(running.closing_minor as bigint) as balance_minor,
        running.month_end
    from running
    left join accounts on running.account = accounts.account
)

select * from account_balances
