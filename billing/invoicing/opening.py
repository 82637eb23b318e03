"""Opening items are what customers owe, or have to their credit, when a base moves in.

An open invoice of the system that is replaced becomes a document of series M under its
old number and its old reference, with one line of what is open. It is matched,
reminded, collected and written off like any other; no revenue and no tax comes of it,
because the system that issued it has accounted for both.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from billing.errors import Conflict, Invalid
from billing.identifiers import ocr
from billing.subscriptions.agreement import PAYMENT_METHODS

SERIES = "M"
KIND = "opening"
PRODUCT = "opening"
FIRST_NUMBER = 1
# Old references that our own numbers reach within so many invoices are not to be met.
REACH = 10_000_000
CONTROL_DIGITS = 2
OPEN_INVOICES = pl.Schema(
    {
        "invoice_id": pl.String(),
        "reference": pl.String(),
        "customer_id": pl.String(),
        "legal_entity": pl.String(),
        "issued_on": pl.Date(),
        "due_on": pl.Date(),
        "open_minor": pl.Int64(),
        "currency": pl.String(),
        "payment_method": pl.String(),
    }
)
REQUIRED = ("invoice_id", "customer_id", "issued_on", "due_on", "open_minor")
REFUSALS = pl.Schema(
    {"row": pl.Int64, "field": pl.String, "message": pl.String, "remedy": pl.String}
)
# What must be the same when a document comes a second time.
SAME = ("customer_id", "reference", "issued_on", "due_on", "open_minor", "currency")


class WrongOpeningItem(Invalid):
    """An opening item names what does not exist, or cannot be."""


class OpeningItemDiffers(Conflict):
    """The number or the reference belongs to another document."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordOpenInvoices:
    """Command: take over what is open; columns of `OPEN_INVOICES`.

    `open_minor` is what is left to pay; below zero it is a credit of the customer.
    Without reference the number stands in; without legal entity the only company.
    The same document again with the same content changes nothing.
    """

    invoices: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What opening items may refer to, and what they must not clash with.

    customers: customer_id. entities: legal_entity, currency, next_number (of its own
    next invoice), has_billed. documents: invoice_id, legal_entity, reference,
    customer_id, issued_on, due_on, open_minor (what it was issued for), currency.
    """

    customers: pl.DataFrame
    entities: pl.DataFrame
    documents: pl.DataFrame


def open_invoices_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return open invoices as a frame with every column; what is not said is null."""
    return pl.DataFrame(rows, schema=OPEN_INVOICES)


def completed(invoices: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return open invoices with the defaults filled in."""
    only = known.entities["legal_entity"]
    entity = only[0] if len(only) == 1 else None
    currencies = dict(known.entities.select("legal_entity", "currency").rows())
    return (
        invoices.select(OPEN_INVOICES.names())
        .cast(OPEN_INVOICES)
        .with_columns(
            pl.col("legal_entity").fill_null(pl.lit(entity, pl.String)),
            pl.col("reference").fill_null(pl.col("invoice_id")),
            pl.col("payment_method").fill_null("bankgiro"),
        )
        .with_columns(
            pl.col("currency").fill_null(
                pl.col("legal_entity").replace_strict(
                    currencies, default=None, return_dtype=pl.String
                )
            )
        )
    )


def refusals(invoices: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return what is wrong, one row per wrong field.

    Columns: row (from 0), field, message, remedy. A document that is there already as
    it is comes through.
    """
    rows = completed(invoices, known).with_row_index("row")
    new = rows.join(known.documents, on="invoice_id", how="anti", nulls_equal=False)
    found = [
        *_incomplete(rows),
        *_unknown(rows, known),
        *_impossible(rows),
        *_differing(rows, known),
        *_taken(new, known),
    ]
    return pl.concat([REFUSALS.to_frame(), *found]).sort("row", "field")


def _incomplete(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        _wrong(rows, name, pl.col(name).is_null(), (f"{name} is missing", "fill it in"))
        for name in REQUIRED
    ]


def _unknown(rows: pl.DataFrame, known: Known) -> list[pl.DataFrame]:
    customer = pl.col("customer_id").is_in(known.customers["customer_id"].implode())
    entity = pl.col("legal_entity").is_in(known.entities["legal_entity"].implode())
    method = pl.col("payment_method").is_in(PAYMENT_METHODS)
    methods = ", ".join(PAYMENT_METHODS)
    return [
        _wrong(
            rows,
            "customer_id",
            pl.col("customer_id").is_not_null() & ~customer,
            ("customer {} is not known", "register the customer first"),
        ),
        _wrong(
            rows,
            "legal_entity",
            ~entity.fill_null(value=False),
            ("company {} is not known", "name one of the companies"),
        ),
        _wrong(
            rows,
            "payment_method",
            ~method,
            ("'{}' is no payment method", f"write one of {methods}"),
        ),
    ]


def _impossible(rows: pl.DataFrame) -> list[pl.DataFrame]:
    number = pl.col("invoice_id")
    reference = pl.struct("legal_entity", "reference")
    own = pl.col("invoice_id").str.contains(r"^(.+)-[0-9]+$") & (
        pl.col("invoice_id").str.replace(r"-[0-9]+$", "") == pl.col("legal_entity")
    )
    return [
        _wrong(
            rows,
            "invoice_id",
            ~number.is_first_distinct(),
            ("invoice {} stands twice", "keep one row"),
        ),
        _wrong(
            rows,
            "reference",
            number.is_first_distinct() & ~reference.is_first_distinct(),
            ("reference {} stands twice", "a payment must name one invoice"),
        ),
        _wrong(
            rows,
            "invoice_id",
            own,
            ("{} is a number of our own series", "put a letter before the old number"),
        ),
        _wrong(
            rows,
            "open_minor",
            pl.col("open_minor") == 0,
            ("nothing is open", "leave it out, or send it as a past invoice"),
        ),
        _wrong(
            rows,
            "due_on",
            pl.col("due_on") < pl.col("issued_on"),
            ("{} is before the day of issue", "correct one of the days"),
        ),
    ]


def _differing(rows: pl.DataFrame, known: Known) -> list[pl.DataFrame]:
    there = rows.join(known.documents, on="invoice_id", suffix="_known")
    other = [pl.col(name).ne_missing(pl.col(f"{name}_known")) for name in SAME]
    words = (
        "invoice {} has been taken over with another content",
        "send it as it was; what has happened since is recorded here",
    )
    return [_wrong(there, "invoice_id", pl.any_horizontal(other), words)]


def _taken(new: pl.DataFrame, known: Known) -> list[pl.DataFrame]:
    """Refuse references that another document has, or that our own will need."""
    clash = new.join(known.documents, on=["legal_entity", "reference"], how="semi")
    own = with_own_number(new, known).filter(pl.col("has_billed"))
    return [
        _wrong(
            clash,
            "reference",
            pl.lit(value=True),
            ("reference {} belongs to another invoice", "correct the reference"),
        ),
        _wrong(
            own.join(clash, on="row", how="anti"),
            "reference",
            pl.lit(value=True),
            (
                "reference {} will be that of an invoice of our own",
                "take open invoices over before the first run, or leave it out",
            ),
        ),
    ]


def with_own_number(new: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the rows whose reference our own series would come to, with that number.

    Added: own_number, next_number, has_billed.
    """
    digits = pl.col("reference").str.head(-CONTROL_DIGITS)
    number = digits.str.to_integer(strict=False, dtype=pl.Int64)
    return (
        new.filter(pl.col("reference").str.contains(r"^[1-9][0-9]{2,17}$"))
        .join(known.entities.drop("currency"), on="legal_entity")
        .with_columns(own_number=number)
        .filter(
            (ocr.issue_column(digits) == pl.col("reference"))
            & pl.col("own_number").is_between(
                pl.col("next_number"), pl.col("next_number") + REACH
            )
        )
    )


def _wrong(
    rows: pl.DataFrame, field: str, wrong: pl.Expr, words: tuple[str, str]
) -> pl.DataFrame:
    message, remedy = words
    said = pl.col(field).cast(pl.String).fill_null("nothing")
    text = pl.format(message, said) if "{}" in message else pl.lit(message)
    return rows.filter(wrong).select(
        pl.col("row").cast(pl.Int64),
        field=pl.lit(field),
        message=text,
        remedy=pl.lit(remedy),
    )
