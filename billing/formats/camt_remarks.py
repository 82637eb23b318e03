"""The remarks on a camt message say what in it could not be taken at its word."""

import polars as pl

from billing.formats import incoming

AGAIN = "ask the bank to correct the message and send it again"
CLERK = "let a clerk settle it with the bank's own listing"
WAIT = "wait for the bank to book it"


def findings(
    entries: pl.DataFrame, details: pl.DataFrame, statements: pl.DataFrame
) -> pl.DataFrame:
    """Return one row per finding, in the order of the file."""
    heads = details.group_by("entry", maintain_order=True).agg(
        pl.col("line", "transactions", "details_minor", "entry_minor").first(),
        pl.col("whole", "opposed").first(),
        texts=pl.col("references")
        .list.eval(pl.element().struct.field("text"))
        .explode()
        .drop_nulls()
        .str.join(", "),
    )
    found = [
        *_of_entries(entries),
        *_of_batches(entries),
        *_of_details(heads),
        *_of_statements(statements),
    ]
    frame = pl.concat(found) if found else incoming.findings_frame([])
    return frame.sort("line", nulls_last=True, maintain_order=True)


def _remark(
    rows: pl.DataFrame, where: pl.Expr, severity: str, words: tuple[str, pl.Expr, str]
) -> pl.DataFrame:
    field, message, remedy = words
    return rows.filter(where).select(
        severity=pl.lit(severity),
        line=pl.col("line").cast(pl.Int64),
        field=pl.lit(field),
        message=message,
        remedy=pl.lit(remedy),
    )


def _say(text: str, *columns: str) -> pl.Expr:
    shown = [pl.col(name).cast(pl.String).fill_null("nothing") for name in columns]
    return pl.format(text, *shown) if shown else pl.lit(text)


def _of_entries(entries: pl.DataFrame) -> list[pl.DataFrame]:
    col = pl.col
    amount = _say(
        "the amount {} {} {} of the entry is no exact amount with a direction; "
        "the entry is left out",
        "entry_amount",
        "entry_currency",
        "entry_direction",
    )
    undated = col("booked").is_null() | (
        col("booked").str.head(10).str.to_date("%Y-%m-%d", strict=False).is_null()
    )
    return [
        _remark(entries, col("entry_minor").is_null(), "error", ("Amt", amount, AGAIN)),
        _remark(
            entries,
            col("status") == "unknown",
            "warning",
            ("Sts", _say("the status {} is not known here", "status_text"), CLERK),
        ),
        _remark(
            entries,
            col("status") == "pending",
            "note",
            ("Sts", _say("the entry is {}: not booked yet", "status_text"), WAIT),
        ),
        _remark(
            entries,
            undated,
            "note",
            (
                "BookgDt",
                _say("the day of booking is {}; {} is taken", "booked", "booked_on"),
                "nothing, or ask the bank to send the day",
            ),
        ),
    ]


def _of_batches(entries: pl.DataFrame) -> list[pl.DataFrame]:
    col = pl.col
    batch = col("batch_count").cast(pl.Int64, strict=False)
    return [
        _remark(
            entries,
            (col("transactions") > 0) & (batch != col("transactions")),
            "warning",
            (
                "Btch/NbOfTxs",
                _say(
                    "the batch counts {} transactions, {} are there",
                    "batch_count",
                    "transactions",
                ),
                "compare with the bank's own listing",
            ),
        ),
        _remark(
            entries,
            (col("transactions") == 0) & (batch > 1),
            "note",
            (
                "Btch",
                _say(
                    "one sum of {} payments whose details are elsewhere", "batch_count"
                ),
                "read the camt.054 that has them",
            ),
        ),
    ]


def _of_details(heads: pl.DataFrame) -> list[pl.DataFrame]:
    whole = _say(
        "the {} details make {} and the entry {} minor units; the entry is kept "
        "whole; they name {}",
        "transactions",
        "details_minor",
        "entry_minor",
        "texts",
    )
    opposed = _say(
        "every detail has the other direction than its entry; the entry wins"
    )
    known = pl.col("entry_minor").is_not_null()
    return [
        _remark(heads, pl.col("whole") & known, "warning", ("TxDtls", whole, CLERK)),
        _remark(
            heads, pl.col("opposed"), "note", ("CdtDbtInd", opposed, "tell the bank")
        ),
    ]


def _of_statements(statements: pl.DataFrame) -> list[pl.DataFrame]:
    col = pl.col
    counted = col("entries_count").cast(pl.Int64, strict=False)
    unequal = col("opening_currency") != col("closing_currency")
    untied = _say(
        "opening {} + booked {} is not closing {} (minor units)",
        "opening_minor",
        "booked_minor",
        "closing_minor",
    )
    summary = _say(
        "the statement says that its entries make {}; they make {} minor units; "
        "nothing of it is settled",
        "entries_sum",
        "all_minor",
    )
    count = _say(
        "the statement counts {} entries, {} are there", "entries_count", "entries"
    )
    repeated = _say("the statement is marked {}: it was sent before", "copy")
    unread = _say("opening and closing balance have different currencies: not checked")
    pages = _say("this is not the last page of the statement")
    return [
        _remark(statements, ~col("ties"), "error", ("Bal", untied, AGAIN)),
        _remark(statements, col("held"), "error", ("TxsSummry", summary, AGAIN)),
        _remark(
            statements,
            counted != col("entries"),
            "warning",
            ("TxsSummry", count, "compare with the bank's own listing"),
        ),
        _remark(statements, unequal, "note", ("Bal", unread, "nothing")),
        _remark(
            statements,
            col("copy").is_in(["DUPL", "CODU"]),
            "note",
            ("CpyDplctInd", repeated, "nothing: what is known is not booked twice"),
        ),
        _remark(
            statements,
            col("last_page") == "false",
            "note",
            ("LastPgInd", pages, "read the pages that follow"),
        ),
    ]
