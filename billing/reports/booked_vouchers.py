"""Booked vouchers are what statutory reports read, with the chart and the openings.

Accounts have the types of SIE (4C, #KTYP): T asset, S liability, K cost, I income.

>>> balances(Books(
...     vouchers=pl.DataFrame(schema=VOUCHER_COLUMNS),
...     lines=pl.DataFrame(schema=LINE_COLUMNS),
...     accounts=pl.DataFrame([("1510", "Kundfordringar", "T")], orient="row",
...         schema=ACCOUNT_COLUMNS),
...     openings=pl.DataFrame([("1510", 500)], orient="row", schema=BALANCE_COLUMNS),
... )).rows()
[('1510', 'T', 500, 0, 500)]
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandera.polars as pa
import polars as pl

from billing.errors import Invalid
from billing.money import to_text

VOUCHER_COLUMNS = {
    "series": pl.String,
    "number": pl.Int64,
    "accounting_date": pl.Date,
    "text": pl.String,
    "registered_on": pl.Date,
}
LINE_COLUMNS = {
    "series": pl.String,
    "number": pl.Int64,
    "n": pl.Int64,
    "account": pl.String,
    "amount_minor": pl.Int64,
    "text": pl.String,
}
ACCOUNT_COLUMNS = {"account": pl.String, "name": pl.String, "type": pl.String}
BALANCE_COLUMNS = {"account": pl.String, "amount_minor": pl.Int64}

VOUCHER = ["series", "number"]
BALANCE_TYPES = ["T", "S"]


def _schema(
    columns: Mapping[str, type[pl.DataType]], key: list[str], **checks: pa.Check
) -> pa.DataFrameSchema:
    """Return the schema of typed, filled columns with a key."""
    return pa.DataFrameSchema(
        {name: pa.Column(kind, checks.get(name)) for name, kind in columns.items()},
        unique=key,
    )


VOUCHERS = _schema(VOUCHER_COLUMNS, VOUCHER)
LINES = _schema(LINE_COLUMNS, [*VOUCHER, "n"])
ACCOUNTS = _schema(
    ACCOUNT_COLUMNS,
    ["account"],
    account=pa.Check.str_matches(r"^\d+$"),
    type=pa.Check.isin(["T", "S", "K", "I"]),
)
BALANCES = _schema(BALANCE_COLUMNS, ["account"])


class UnbalancedVoucher(Invalid):
    """The lines of a voucher do not sum to zero."""


class IncompleteVouchers(Invalid):
    """Vouchers, lines and accounts do not belong together."""


class UnbalancedOpenings(Invalid):
    """The opening balances do not sum to zero, or one is not of a balance account."""


class VoucherOutsideYear(Invalid):
    """A voucher is dated outside the fiscal year of the report."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Books:
    """The booked vouchers of a fiscal year, with what its accounts opened with.

    `lines` may have `dimensions`, a list of {dimension: Int64, object: String}.
    `previous` are the closing balances of the year before, results included.
    """

    vouchers: pl.DataFrame
    lines: pl.DataFrame
    accounts: pl.DataFrame
    openings: pl.DataFrame
    previous: pl.DataFrame | None = None


def check(books: Books) -> None:
    """Raise when a frame has the wrong shape or the vouchers are not proper ones."""
    VOUCHERS.validate(books.vouchers)
    LINES.validate(books.lines)
    ACCOUNTS.validate(books.accounts)
    for balance in (books.openings, books.previous):
        if balance is not None:
            BALANCES.validate(balance)
    for rule in RULES:
        rule(books)


def lines_and_vouchers_meet(books: Books) -> None:
    """Refuse a voucher without lines and a line without voucher."""
    lonely = books.vouchers.join(books.lines, on=VOUCHER, how="anti")
    astray = books.lines.join(books.vouchers, on=VOUCHER, how="anti")
    for frame, wrong in ((lonely, "has no lines"), (astray, "has lines but no head")):
        for series, number in frame.select(VOUCHER).head(1).iter_rows():
            raise IncompleteVouchers(
                f"voucher {series} {number} {wrong}; a report needs whole vouchers"
            )


def vouchers_balance(books: Books) -> None:
    """Refuse a voucher whose lines do not sum to zero (4C: exactly)."""
    sums = books.lines.group_by(VOUCHER).agg(pl.col("amount_minor").sum())
    wrong = sums.filter(pl.col("amount_minor") != 0).sort(VOUCHER)
    for series, number, difference in wrong.head(1).iter_rows():
        raise UnbalancedVoucher(
            f"voucher {series} {number} is off balance by {to_text(difference)}"
            f" ({wrong.height} such in all); correct it by a new voucher",
            field="amount_minor",
        )


def accounts_are_declared(books: Books) -> None:
    """Refuse an account without name and type."""
    frames = [books.lines, books.openings]
    frames += [] if books.previous is None else [books.previous]
    used = pl.concat([frame.select("account") for frame in frames]).unique()
    missing = used.join(books.accounts, on="account", how="anti").sort("account")
    if missing.height:
        numbers = ", ".join(missing["account"].head(10))
        raise IncompleteVouchers(
            f"account {numbers} is used but has no name and type; add it to the chart",
            field="account",
        )


def openings_balance(books: Books) -> None:
    """Refuse opening balances that do not sum to zero or open a result account."""
    total = int(books.openings["amount_minor"].sum())
    if total:
        raise UnbalancedOpenings(
            f"the opening balances are off by {to_text(total)}; they must sum to zero",
            field="openings",
        )
    typed = books.openings.join(books.accounts, on="account")
    wrong = typed.filter(~pl.col("type").is_in(BALANCE_TYPES))["account"].sort()
    if len(wrong):
        raise UnbalancedOpenings(
            f"account {', '.join(wrong.head(10))} is a result account and cannot have"
            " an opening balance",
            field="openings",
        )


RULES = [
    lines_and_vouchers_meet,
    vouchers_balance,
    accounts_are_declared,
    openings_balance,
]


def within(books: Books, start: dt.date, end: dt.date) -> None:
    """Refuse a voucher dated outside the fiscal year [start, end)."""
    outside = books.vouchers.filter(
        ~pl.col("accounting_date").is_between(start, end, closed="left")
    ).sort(VOUCHER)
    for series, number, day in (
        outside.select(*VOUCHER, "accounting_date").head(1).rows()
    ):
        raise VoucherOutsideYear(
            f"voucher {series} {number} of {day} is outside the fiscal year {start} to"
            f" {end - dt.timedelta(days=1)}; choose its vouchers only",
            field="accounting_date",
        )


def balances(books: Books) -> pl.DataFrame:
    """Return one row per account: type, opening, change and closing in minor units."""
    change = books.lines.group_by("account").agg(
        change_minor=pl.col("amount_minor").sum()
    )
    opening = books.openings.select("account", opening_minor="amount_minor")
    return (
        books.accounts.select("account", "type")
        .join(opening, on="account", how="left")
        .join(change, on="account", how="left")
        .with_columns(pl.col("opening_minor", "change_minor").fill_null(0))
        .with_columns(closing_minor=pl.col("opening_minor") + pl.col("change_minor"))
        .sort("account")
    )
