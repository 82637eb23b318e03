"""A shadow run over the books: what moved in, compared with what was billed before."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from billing.books.base import Scope, companies, load
from billing.books.session import Books, Reader
from billing.invoicing import cutover, shadow
from billing.invoicing.past import PAST_LINES
from billing.invoicing.shadow import Comparison

MOVED_IN = (
    "select subscription_id, null::date as settled_on from subscriptions"
    " where exists (select from past_invoice_lines as line"
    "  where line.subscription_id = subscriptions.subscription_id)"
    " or exists (select from subscription_changes as change where kind = 'start'"
    "  and change.subscription_id = subscriptions.subscription_id"
    "  and change.effective_on > started_on)"
)
STARTS = (
    "select subscription_id, effective_on as billed_through from subscription_changes"
    " where kind = 'start'"
)
COUNTS = """
    select 'customers' as total, null as currency, count(*) as count,
        null::bigint as amount_minor from customers
    union all
    select 'agreements', null, count(*), null from subscriptions
    union all
    select 'agreements moved in running', null, count(*), null from subscriptions
    inner join subscription_changes as start using (subscription_id)
    where start.kind = 'start' and effective_on > started_on
    union all
    select 'mandates', null, count(distinct mandate_id), null from mandates
    union all
    select 'open invoices taken over', currency, count(*), sum(total_minor)::bigint
    from invoices where series = 'M' and kind = 'invoice' group by currency
    union all
    select 'credits taken over', currency, count(*), sum(total_minor)::bigint
    from invoices where series = 'M' and kind = 'credit_note' group by currency
    union all
    select 'past invoices', currency, count(distinct invoice_id),
        sum(net_minor + vat_minor)::bigint from past_invoice_lines group by currency
    union all
    select 'receivables', currency, count(*) filter (where open_minor <> 0),
        sum(open_minor)::bigint from open_items group by currency
"""


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What a controller ties to the other system's own lists, and what is amiss.

    totals: total, currency, count, amount_minor. gaps: as `cutover.uncovered`.
    """

    totals: pl.DataFrame
    gaps: pl.DataFrame


def compared(books: Books, on: date, *, since: date | None = None) -> Comparison:
    """Compare what would have been billed here with the past invoices, on a day.

    Of each agreement its last invoice, or all that was issued since a day. The
    catalogue is the one of the day. Nothing is written.
    """
    with books.reader() as read:
        past = _past(read)
        sellers = companies(read, on)
    parts = []
    for seller in sellers:
        lines = past.filter(pl.col("legal_entity") == seller.legal_entity)
        base = load(books, seller.legal_entity, Scope(MOVED_IN), on)
        parts.append(shadow.compare(base, lines, since=since))
    empty = shadow.RESULT.to_frame()
    rows = pl.concat([empty, *(part.rows for part in parts)])
    return Comparison(rows, sum(part.skipped for part in parts))


def checked(books: Books, on: date) -> Checked:
    """Return control totals of a base that has moved in, and gaps at the cut-over.

    MRR is what running agreements are billed for a month, before tax, on the day.
    """
    with books.reader() as read:
        totals = read(COUNTS)
        gaps = cutover.uncovered(read(STARTS), _past(read))
        sellers = companies(read, on)
    bases = [load(books, s.legal_entity, Scope.everything(), on) for s in sellers]
    monthly = [cutover.monthly(base, on) for base in bases]
    return Checked(
        pl.concat([totals.cast(cutover.TOTALS), *monthly]),
        gaps,
    )


def _past(read: Reader) -> pl.DataFrame:
    columns = ", ".join(PAST_LINES)
    return read(f"select {columns} from past_invoice_lines").cast(PAST_LINES)
