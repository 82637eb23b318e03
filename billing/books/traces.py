"""A trace leads from a document, payment, agreement or file down to facts and bytes."""

from collections.abc import Callable

import polars as pl

from billing.books import queries
from billing.books.session import Books
from billing.errors import NotFound

Trace = dict[str, pl.DataFrame]

LINES = (
    "select n, kind, text, subscription_id, plan_id, price_version, campaign_id,"
    " period_from, period_to, net_minor, vat_minor, revision from invoice_lines"
    " where invoice_id = %(id)s order by n"
)
AGREED = (
    "select change_id, change.kind, plan_id, quantity, campaign_id, effective_on,"
    " change.recorded_at, change.actor, commands.source"
    " from subscription_changes as change inner join commands using (command_id)"
    " where subscription_id in (select subscription_id from invoice_lines"
    " where invoice_id = %(id)s) order by change.seq"
)
PRICES = (
    "select plan_id, version, valid_from, valid_to, model, amount, recorded_at, actor"
    " from price_versions where (plan_id, version) in (select plan_id, price_version"
    " from invoice_lines where invoice_id = %(id)s) order by plan_id, version"
)
SETTLED = (
    "select source_kind, source_id, amount_minor, effective_on, rule, actor"
    " from allocations where item_id = %(id)s order by seq"
)
PAID_FROM = (
    "select payment_id, booked_on, payments.amount_minor, payer_name, reference,"
    " file_sha256, position from payments where payment_id in (select source_id"
    " from allocations where item_id = %(id)s) or payment_id = %(id)s order by seq"
)
FILES = (
    "select sha256, name, kind, size, handled_on from files where sha256 in ("
    " select file_sha256 from payments where payment_id in (select source_id"
    " from allocations where item_id = %(id)s) or payment_id = %(id)s)"
)
PLACED = (
    "select item_kind, item_id, amount_minor, effective_on, rule, actor"
    " from allocations where source_id = %(id)s order by seq"
)
DEVIATED = (
    "select deviation_id, reason, amount_minor, opened_on, decision, note, settled_on"
    " from deviations left join deviation_settlements using (deviation_id)"
    " where payment_id = %(id)s"
)
BILLED = (
    "select invoice_id, n, line.text, period_from, period_to, line.net_minor,"
    " line.vat_minor, revision from invoice_lines as line"
    " where subscription_id = %(id)s order by seq"
)
CHANGED = (
    "select change_id, change.kind, plan_id, quantity, campaign_id, effective_on,"
    " until_on, reason, undoes, change.recorded_at, change.actor, commands.source"
    " from subscription_changes as change inner join commands using (command_id)"
    " where subscription_id = %(id)s order by change.seq"
)
PAYMENTS_IN = (
    "select payment_id, booked_on, amount_minor, reference, position from payments"
    " where file_sha256 = %(id)s order by seq"
)
FINDINGS = (
    "select severity, line, field, message, remedy from file_findings"
    " where sha256 = %(id)s order by n"
)
BOOKED = (
    "select series, number, accounting_date, n, account, currency,"
    " line.amount_minor, text from vouchers inner join voucher_lines as line"
    " using (voucher_id) where voucher_id = %(id)s order by n"
)

# What an id may name, in the order of asking: the rows that show it, then the rest.
KINDS: list[tuple[str, str, dict[str, str]]] = [
    (
        "invoice",
        (
            "select invoice_id, kind, payer_id, issued_on, due_on, net_minor,"
            " vat_minor, total_minor, reference, run_id, recorded_at, actor"
            " from invoices where invoice_id = %(id)s or reference = %(id)s"
        ),
        {
            "lines": LINES,
            "facts of the agreements": AGREED,
            "prices": PRICES,
            "settled by": SETTLED,
            "payments": PAID_FROM,
            "files": FILES,
        },
    ),
    (
        "payment",
        (
            "select payment_id, booked_on, amount_minor, currency, payer_name,"
            " reference, recorded_at, actor from payments where payment_id = %(id)s"
        ),
        {"placed on": PLACED, "deviations": DEVIATED, "files": FILES},
    ),
    (
        "agreement",
        (
            "select subscription_id, customer_id, payer_id, started_on, recorded_at,"
            " actor from subscriptions where subscription_id = %(id)s"
        ),
        {"facts": CHANGED, "billed": BILLED},
    ),
    (
        "file",
        (
            "select sha256, direction, name, kind, size, handled_on from files"
            " where sha256 = %(id)s"
        ),
        {"payments": PAYMENTS_IN, "findings": FINDINGS},
    ),
    (
        "voucher",
        (
            "select voucher_id, series, number, accounting_date, source_key,"
            " recorded_at, actor from vouchers where voucher_id = %(id)s"
        ),
        {"lines": BOOKED},
    ),
]


class Untraceable(NotFound):
    """Nothing in the books has the id."""


def of(books: Books, thing: str) -> Trace:
    """Return the thing that an id names and what it is made of, section by section.

    An invoice may also be named by its payment reference; raises Untraceable.
    """
    ask = _asking(books)
    for kind, query, parts in KINDS:
        found = ask(query, thing)
        if not found.is_empty():
            name = str(found.row(0)[0])
            below = {part: ask(asked, name) for part, asked in parts.items()}
            return {kind: found} | {p: rows for p, rows in below.items() if rows.height}
    raise Untraceable(
        f"nothing is called {thing}; give an invoice, reference, payment, agreement, "
        "file (SHA-256) or voucher"
    )


def _asking(books: Books) -> Callable[[str, str], pl.DataFrame]:
    return lambda query, name: queries.ask(books, query, {"id": name})
