"""Exports are statutory files made from booked vouchers and the published chart."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from billing.books import queries, warehouse
from billing.books.session import Books
from billing.errors import Invalid, NotFound
from billing.reports import sie
from billing.reports.booked_vouchers import BALANCE_COLUMNS
from billing.reports.booked_vouchers import Books as Booked

PROGRAM, VERSION = "Saldo", "0.1"
DECEMBER = 12


class WrongPeriod(Invalid):
    """The period is not a year or a month."""


class NothingBooked(NotFound):
    """No voucher is dated in the period."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file to download: its name and its bytes."""

    name: str
    content: bytes


def period(text: str) -> tuple[date, date]:
    """Return the half-open period of a year or a month.

    >>> period("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 3, 1))
    """
    try:
        parts = [int(part) for part in text.split("-")]
        start = date(parts[0], parts[1] if len(parts) > 1 else 1, 1)
    except (ValueError, IndexError):
        raise WrongPeriod(f"{text!r} is no period; write 2026 or 2026-02") from None
    if len(parts) == 1:
        return start, date(start.year + 1, 1, 1)
    following = start.year + start.month // DECEMBER, start.month % DECEMBER + 1
    return start, date(*following, 1)


def sie_4i(books: Books, legal_entity: str, period_text: str, on: date) -> Export:
    """Return the vouchers of a period as a SIE 4I file, for import into the ledger."""
    start, end = period(period_text)
    company = next(
        (c for c in queries.companies(books, on) if c.legal_entity == legal_entity),
        None,
    )
    if company is None:
        raise NotFound(f"there is no company {legal_entity!r}")
    lines = _lines(books, legal_entity, start, end)
    if lines.is_empty():
        raise NothingBooked(f"{legal_entity} has no vouchers in {period_text}")
    header = sie.Header(
        company_name=company.name,
        organisation_number=company.organisation_number,
        program=PROGRAM,
        program_version=VERSION,
        generated_on=on,
        year_start=date(start.year, 1, 1),
        year_end=date(start.year + 1, 1, 1),
        currency=company.currency,
    )
    booked = Booked(
        vouchers=lines.select(
            "series", "number", "accounting_date", "text", "registered_on"
        ).unique(maintain_order=True),
        lines=lines.select(
            "series", "number", "n", "account", "amount_minor", text=pl.lit("")
        ),
        accounts=_accounts(books, lines),
        openings=pl.DataFrame(schema=BALANCE_COLUMNS),
    )
    name = f"{legal_entity}-{period_text}.SI"
    return Export(name, sie.write_4i(header, booked).content)


def _lines(books: Books, legal_entity: str, start: date, end: date) -> pl.DataFrame:
    return queries.ask(
        books,
        "select series, number, accounting_date, text,"
        " vouchers.recorded_at::date as registered_on, n::bigint, account,"
        " amount_minor from vouchers inner join voucher_lines using (voucher_id)"
        " where legal_entity = %(entity)s and accounting_date >= %(start)s"
        " and accounting_date < %(end)s order by series, number, n",
        {"entity": legal_entity, "start": start, "end": end},
    )


def _accounts(books: Books, lines: pl.DataFrame) -> pl.DataFrame:
    chart = warehouse.published(books.home).read(
        "select account, account_name as name, account_type as type from seeds.accounts"
    )
    used = lines.select("account").unique()
    return chart.join(used, on="account", how="semi").unique("account").sort("account")
