-- Fails where what campaigns are said to have billed is not what their lines have in
-- the journal that vouchers are made of, or where discount and net are not the list.
with results as (
    select
        legal_entity,
        currency,
        sum(margin_minor) as margin_minor,
        sum(margin_minor + discount_minor) as list_net_minor,
        sum(list_net_minor) as stated_minor
    from {{ ref('campaign_results') }}
    group by legal_entity, currency
),

lines as (
    select
        invoice_id,
        line_number
    from {{ ref('invoice_lines') }}
    where campaign_id is not null and issued_on <= {{ as_of() }}
),

posted as (
    select
        journal.legal_entity,
        journal.currency,
        -sum(journal.amount_minor) as posted_minor
    from {{ ref('journal_lines') }} as journal
    inner join lines
        on
            journal.object_id = lines.invoice_id
            and journal.object_line = lines.line_number
    where
        journal.event in ('invoice_issued', 'credit_note_issued')
        and journal.leg in ('deferred', 'sales')
    group by journal.legal_entity, journal.currency
)

select
    results.margin_minor,
    posted.posted_minor,
    results.list_net_minor,
    results.stated_minor,
    coalesce(results.legal_entity, posted.legal_entity) as legal_entity,
    coalesce(results.currency, posted.currency) as currency
from results
full outer join posted
    on
        results.legal_entity = posted.legal_entity
        and results.currency = posted.currency
where
    coalesce(results.margin_minor, 0) <> coalesce(posted.posted_minor, 0)
    or results.list_net_minor <> results.stated_minor
