"""SIE 4 is the file in which Swedish bookkeeping moves: vouchers (4I), or a year (4E).

Format 4C (SIE-gruppen, 2025-08-06). No #KSUMMA is written: readers compute it wrongly.

>>> header = Header(company_name="Bladet AB", organisation_number="556000-0167",
...     program="Saldo", program_version="1.0", generated_on=dt.date(2026, 11, 23),
...     year_start=dt.date(2026, 1, 1), year_end=dt.date(2027, 1, 1))
>>> def frame(columns, *rows):
...     return pl.DataFrame(list(rows), orient="row", schema=columns)
>>> day = dt.date(2026, 11, 1)
>>> books = Books(
...     vouchers=frame(booked_vouchers.VOUCHER_COLUMNS, ("K", 1, day, "Faktura", day)),
...     lines=frame(booked_vouchers.LINE_COLUMNS,
...         ("K", 1, 1, "1510", 10600, "Åsa"), ("K", 1, 2, "3003", -10600, "")),
...     accounts=frame(booked_vouchers.ACCOUNT_COLUMNS,
...         ("1510", "Kundfordringar", "T"), ("3003", "Försäljning", "I")),
...     openings=frame(booked_vouchers.BALANCE_COLUMNS))
>>> for record in write_4i(header, books).content.decode("cp437").splitlines()[-5:]:
...     print(record)
#VER K 1 20261101 "Faktura" 20261101
{
   #TRANS 1510 {} 106.00 "" "Åsa"
   #TRANS 3003 {} -106.00
}
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from billing.reports import booked_vouchers, cp437
from billing.reports.booked_vouchers import BALANCE_TYPES, VOUCHER, Books
from billing.reports.sie_fields import amount, quote, quoted

LINE_END = "\r\n"
# The general chart BAS; readers take a missing one for BAS95.
CHART = "EUBAS97"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who exports what, and the fiscal year as a half-open period."""

    company_name: str
    organisation_number: str
    program: str
    program_version: str
    generated_on: dt.date
    year_start: dt.date
    year_end: dt.date
    previous_year_start: dt.date | None = None
    currency: str = "SEK"


@dataclass(frozen=True, slots=True)
class SieFile:
    """The bytes of a file, and how many characters CP437 lacks and were rewritten."""

    content: bytes
    transliterated: int


def write_4i(header: Header, books: Books) -> SieFile:
    """Return the vouchers for import into another system (file name .SI)."""
    booked_vouchers.check(books)
    return _file([*_identification(header), *_chart(books), *_vouchers(books)])


def write_4e(header: Header, books: Books) -> SieFile:
    """Return the year with balances and vouchers for an auditor (file name .SE)."""
    booked_vouchers.check(books)
    booked_vouchers.within(books, header.year_start, header.year_end)
    return _file(
        [
            *_identification(header),
            *_years(header),
            *_chart(books),
            *_balances(books),
            *_periods(books),
            *_vouchers(books),
        ]
    )


def _file(records: list[str]) -> SieFile:
    """Return the records as bytes."""
    encoded = cp437.encode("".join(f"{record}{LINE_END}" for record in records))
    return SieFile(encoded.content, encoded.transliterated)


def _identification(header: Header) -> list[str]:
    """Return the first group: what the file is and whose."""
    name = quoted(header.company_name)
    return [
        "#FLAGGA 0",
        f"#PROGRAM {quoted(header.program)} {quoted(header.program_version)}",
        "#FORMAT PC8",
        f"#GEN {header.generated_on:%Y%m%d}",
        "#SIETYP 4",
        f"#ORGNR {header.organisation_number}",
        f"#FNAMN {name}",
        f"#KPTYP {CHART}",
        f"#VALUTA {header.currency}",
    ]


def _years(header: Header) -> list[str]:
    """Return the fiscal year, and the one before where there was one."""
    years = [(0, header.year_start, header.year_end)]
    if header.previous_year_start is not None:
        years.append((-1, header.previous_year_start, header.year_start))
    return [
        f"#RAR {year} {start:%Y%m%d} {end - dt.timedelta(days=1):%Y%m%d}"
        for year, start, end in years
    ]


def _chart(books: Books) -> list[str]:
    """Return the accounts with their types, and the objects that lines name."""
    account = pl.col("account")
    named = pl.format("#KONTO {} {}", account, quote(pl.col("name")))
    typed = pl.format("#KTYP {} {}", account, pl.col("type"))
    both = pl.concat_str(named, typed, separator=LINE_END)
    accounts = books.accounts.sort("account").select(both).to_series()
    return [*accounts, *_objects(books)]


def _objects(books: Books) -> list[str]:
    """Return each object of each dimension once; its number is its name."""
    if "dimensions" not in books.lines.columns:
        return []
    objects = (
        books.lines.select(pl.col("dimensions").explode())
        .drop_nulls()
        .unnest("dimensions")
        .unique()
        .sort("dimension", "object")
    )
    number = quote(pl.col("object"))
    record = pl.format("#OBJEKT {} {} {}", pl.col("dimension"), number, number)
    return objects.select(record).to_series().to_list()


def _balances(books: Books) -> list[str]:
    """Return what each account opened and closed with, or its result (4C §1.3)."""
    accounts = booked_vouchers.balances(books)
    balance = pl.col("type").is_in(BALANCE_TYPES)
    records = [
        ("#IB 0", balance, "opening_minor", accounts),
        ("#UB 0", balance, "closing_minor", accounts),
        ("#RES 0", ~balance, "closing_minor", accounts),
    ]
    if books.previous is not None:
        before = books.previous.join(books.accounts, on="account").sort("account")
        records += [
            ("#UB -1", balance, "amount_minor", before),
            ("#RES -1", ~balance, "amount_minor", before),
        ]
    return [
        record
        for label, which, column, frame in records
        for record in frame.filter(which)
        .select(pl.format(f"{label} {{}} {{}}", pl.col("account"), amount(column)))
        .to_series()
    ]


def _periods(books: Books) -> list[str]:
    """Return the change of each account in each month."""
    period = pl.col("accounting_date").dt.strftime("%Y%m").alias("period")
    changes = (
        books.lines.join(books.vouchers.select(*VOUCHER, period), on=VOUCHER)
        .group_by("period", "account")
        .agg(pl.col("amount_minor").sum())
        .sort("period", "account")
    )
    record = pl.format(
        "#PSALDO 0 {} {} {{}} {}", pl.col("period"), pl.col("account"), amount()
    )
    return changes.select(record).to_series().to_list()


def _vouchers(books: Books) -> list[str]:
    """Return each voucher with its lines, in ascending order within its series."""
    lines = (
        books.lines.sort(*VOUCHER, "n")
        .select(*VOUCHER, record=_line(books.lines.columns))
        .group_by(VOUCHER, maintain_order=True)
        .agg(pl.col("record").str.join(LINE_END))
    )
    head = pl.format(
        "#VER {} {} {} {} {}",
        pl.when(pl.col("series").str.contains(r"^[0-9A-Za-z]+$"))
        .then(pl.col("series"))
        .otherwise(quote(pl.col("series"))),
        pl.col("number"),
        pl.col("accounting_date").dt.strftime("%Y%m%d"),
        quote(pl.col("text")),
        pl.col("registered_on").dt.strftime("%Y%m%d"),
    )
    parts = [head, pl.lit("{"), pl.col("record"), pl.lit("}")]
    whole = books.vouchers.join(lines, on=VOUCHER).sort(VOUCHER)
    return whole.select(pl.concat_str(parts, separator=LINE_END)).to_series().to_list()


def _line(columns: list[str]) -> pl.Expr:
    """Return a #TRANS record; trailing empty fields are left out (4C §12)."""
    objects = pl.lit("")
    if "dimensions" in columns:
        pair = pl.format(
            "{} {}",
            pl.element().struct.field("dimension"),
            quote(pl.element().struct.field("object")),
        )
        objects = pl.col("dimensions").list.eval(pair).list.join(" ").fill_null("")
    text = (
        pl.when(pl.col("text") == "")
        .then(pl.lit(""))
        .otherwise(pl.concat_str(pl.lit(' "" '), quote(pl.col("text"))))
    )
    parts = ["   #TRANS ", pl.col("account"), " {", objects, "} ", amount(), text]
    return pl.concat_str(
        [pl.lit(part) if isinstance(part, str) else part for part in parts]
    )
