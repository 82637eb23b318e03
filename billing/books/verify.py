"""Verifying checks every promise on the books.

The vault and the published warehouse.
"""

import hashlib
import json
from collections.abc import Callable

import polars as pl

from billing.books import queries, warehouse
from billing.books.session import Books
from billing.books.warehouse import NothingPublished

Finding = tuple[bool, str]

# Each query returns the rows that break a promise; none may return a row.
PROMISES: dict[str, str] = {
    "every voucher balances per currency": (
        "select voucher_id from voucher_lines group by voucher_id, currency"
        " having sum(amount_minor) <> 0"
    ),
    "every voucher has the lines it was sealed with": (
        "select voucher_id from vouchers left join voucher_lines using (voucher_id)"
        " group by voucher_id, line_count having count(n) <> line_count"
    ),
    "invoice numbers have no gaps": (
        "select legal_entity, series from invoices group by legal_entity, series"
        " having max(number) - min(number) + 1 <> count(*)"
    ),
    "voucher numbers have no gaps": (
        "select legal_entity, series from vouchers group by legal_entity, series"
        " having max(number) <> count(*)"
    ),
    "invoices are the sum of their lines": (
        "select invoice_id from invoices inner join ("
        " select invoice_id, sum(line.net_minor) as net, sum(line.vat_minor) as vat"
        " from invoice_lines as line group by invoice_id) as lines using (invoice_id)"
        " where net <> net_minor or vat <> vat_minor"
    ),
    "invoices are the sum of their tax": (
        "select invoice_id from invoices inner join ("
        " select invoice_id, sum(tax.net_minor) as net, sum(tax.vat_minor) as vat"
        " from invoice_taxes as tax group by invoice_id) as taxes using (invoice_id)"
        " where net <> net_minor or vat <> vat_minor"
    ),
    "no day is billed twice": (
        "with steps as ("
        " select subscription_id, item, product_id, period_from as at,"
        " sign(amount_minor) as step from invoice_lines where kind = 'period'"
        " union all select subscription_id, item, product_id, period_to,"
        " -sign(amount_minor) from invoice_lines where kind = 'period'),"
        " days as (select subscription_id, item, product_id, at, sum(step) as step"
        " from steps group by subscription_id, item, product_id, at)"
        " select subscription_id, at from (select subscription_id, at, sum(step)"
        " over (partition by subscription_id, item, product_id order by at) as cover"
        " from days) as covered where cover > 1"
    ),
    "no invoice is settled beyond its amount": (
        "select item_id from allocations inner join invoices on invoice_id = item_id"
        " group by item_id, total_minor having sum(amount_minor) > total_minor"
        " or sum(amount_minor) < 0"
    ),
    "the index of open invoices is what is open": (
        "select invoice_id from open_invoices full join (select item_id as invoice_id"
        " from open_items where kind = 'invoice' and open_minor > 0) as open"
        " using (invoice_id) where open_invoices.due_on is null or not exists ("
        " select from open_items where item_id = invoice_id and open_minor > 0)"
    ),
    "no payment is placed beyond its amount": (
        "select source_id from allocations inner join payments"
        " on payment_id = source_id group by source_id, payments.amount_minor"
        " having sum(allocations.amount_minor) > payments.amount_minor"
        " or sum(allocations.amount_minor) < 0"
    ),
    "every rest of a payment is a deviation": (
        "select payment_id from payments where amount_minor <> coalesce((select"
        " sum(amount_minor) from allocations where source_id = payment_id), 0)"
        " and not exists (select from deviations as deviation"
        " where deviation.payment_id = payments.payment_id)"
        " and not exists (select from payment_returns as back"
        " where back.payment_id = payments.payment_id)"
    ),
    "every command has one audit row": (
        "select command_id from (select command_id from invoices union select"
        " command_id from payments union select command_id from subscription_changes"
        " union select command_id from vouchers) as facts where not exists ("
        " select from commands where commands.command_id = facts.command_id)"
    ),
}


def verify(books: Books) -> pl.DataFrame:
    """Check every promise; columns check, passed, detail."""
    found = [
        *((name, *_kept(books, query)) for name, query in PROMISES.items()),
        *((name, *check(books)) for name, check in CHECKS),
    ]
    return pl.DataFrame(found, schema=["check", "passed", "detail"], orient="row")


def _kept(books: Books, query: str) -> Finding:
    broken = queries.ask(
        books, f"select count(*) as n, min(row::text) as first from ({query}) as row"
    )
    number = int(broken["n"][0])
    return (
        number == 0,
        "" if number == 0 else f"{number}, the first: {broken['first'][0]}",
    )


def _vault_is_whole(books: Books) -> Finding:
    recorded = queries.ask(
        books, "select sha256 from files union select sha256 from deliveries"
    )
    for sha256 in recorded["sha256"].to_list():
        path = books.home.vault / sha256[:2] / sha256
        if not path.exists():
            return False, f"{sha256} is missing"
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            return False, f"{sha256} is damaged"
    return True, f"{recorded.height} files"


def _landing_is_the_books(books: Books) -> Finding:
    """Compare each landed part with its manifest, and the last seq with the books'."""
    manifest = books.home.landing / "manifest.json"
    if not manifest.exists():
        return True, "nothing landed yet"
    for part in json.loads(manifest.read_text())["parts"]:
        data = (books.home.landing / part["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != part["sha256"]:
            return False, f"{part['file']} is not what was landed"
    return True, ""


def _open_items_are_1510(books: Books) -> Finding:
    """Compare what customers owe in the books with 1510 of the published journal."""
    try:
        published = warehouse.published(books.home)
    except NothingPublished:
        return True, "nothing published yet"
    journal = published.read(
        "select coalesce(sum(amount_minor), 0)::bigint as balance from journal_lines"
        " where account = '1510' and accounting_date <= ?",
        [published.as_of],
    )["balance"][0]
    position = published.position
    owed = queries.ask(
        books,
        "select ((select coalesce(sum(total_minor), 0) from invoices"
        "   where seq <= %(seq)s)"
        " + (select coalesce(sum(fee_minor + interest_minor), 0) from reminders"
        "   where seq <= %(seq)s)"
        " - (select coalesce(sum(amount_minor), 0) from allocations"
        "   where seq <= %(seq)s and source_kind <> 'credit_note'))::bigint as owed",
        {"seq": position},
    )["owed"][0]
    return journal == owed, f"1510 {journal}, open items {owed}"


def _derived_is_booked(books: Books) -> Finding:
    try:
        published = warehouse.published(books.home)
    except NothingPublished:
        return True, "nothing published yet"
    rest = published.read("select count(*) as n from journal_differences")["n"][0]
    return rest == 0, "" if rest == 0 else f"{rest} differences"


CHECKS: list[tuple[str, Callable[[Books], Finding]]] = [
    ("the vault has every file, undamaged", _vault_is_whole),
    ("the landing is what was landed", _landing_is_the_books),
    ("open items equal account 1510", _open_items_are_1510),
    ("the journal is booked", _derived_is_booked),
]
