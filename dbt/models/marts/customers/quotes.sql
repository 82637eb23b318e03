with quotes as (
    select * from {{ ref('stg_books__quotes') }}
    where quoted_on <= {{ as_of() }}
),

steps as (
    select
        quote_id,
        max(stepped_on) filter (where quote_step = 'signed') as signed_on,
        max(stepped_on) filter (where quote_step <> 'signed') as closed_on,
        max(quote_step) filter (where quote_step <> 'signed') as closed_as
    from {{ ref('stg_books__quote_steps') }}
    where stepped_on <= {{ as_of() }}
    group by quote_id
),

agreed as (
    select
        quote_id,
        count(*) as agreement_count
    from {{ ref('stg_books__subscriptions') }}
    where quote_id is not null
    group by quote_id
),

quotes_followed as (
    select
        quotes.quote_id,
        quotes.customer_id,
        quotes.activated_by,
        quotes.currency,
        quotes.first_minor,
        quotes.quoted_on,
        quotes.valid_until,
        steps.signed_on,
        steps.closed_on,
        case
            when steps.closed_as is not null then steps.closed_as
            when steps.signed_on is not null then 'signed'
            else 'open'
        end as quote_state,
        coalesce(agreed.agreement_count, 0) as agreement_count
    from quotes
    left join steps on quotes.quote_id = steps.quote_id
    left join agreed on quotes.quote_id = agreed.quote_id
)

select * from quotes_followed
