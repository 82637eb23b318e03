-- Every leg of every event with its account, per qualifier (VAT rate, payment method).
with rules as (
    select * from {{ ref('posting_rules') }}
),

accounts as (
    select * from {{ ref('accounts') }}
),

legs as (
    select
        rules.source,
        rules.event,
        rules.leg,
        rules.amount as amount_name,
        accounts.account_qualifier,
        accounts.account,
        rules.vat_treatment,
        case rules.side when 'debit' then 1 else -1 end as direction
    from rules
    inner join accounts on rules.account_role = accounts.account_role
)

select * from legs
