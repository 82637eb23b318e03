"""A BgMax file is how Bankgirot told of a day's deposits, until 27 November 2026.

Bankgirot, Bankgiro Inbetalningar, technical manual: 80 characters; a section (05 … 15)
is one deposit, TK20 a payment, TK21 a deduction, TK22 and 23 further references.
Read for history, for migration, and from Kivra.

>>> data = b'''01BGMAX               0120260413153000000000P
... 050054029681          SEK
... 200002973675                  1234574000000000000049900211234567890120
... 15000000000000000000050000000012345672026041300042000000000000049900SEK00000001
... 7000000001000000000000000000000001'''
>>> report = read(data)
>>> report.payments.select("alias", "amount_minor", "payer_account", "ordinal").rows()
[('54029681', 49900, '2973675', 1)]
>>> report.payments["references"].to_list()
[[{'text': '1234574', 'kind': 'ocr', 'amount_minor': None}]]
"""

import polars as pl

from billing.errors import Invalid
from billing.formats import incoming
from billing.formats.autogiro_records import (
    findings,
    missing_end,
    remark,
    unknown_kinds,
)
from billing.formats.fixed_width import bare, day, field, number, records, text
from billing.formats.incoming import BankReport

PAYMENTS = ("20", "21")
EXTRA = ("22", "23")
KNOWN = ("01", "05", *PAYMENTS, *EXTRA, "25", "26", "27", "28", "29", "15", "70")
# Reference codes of a reference that Bankgirot checked by agreement.
CHECKED = ("2", "4")
CHANNELS = {
    "1": "bankgiro electronic",
    "2": "bankgiro supplier payment",
    "3": "bankgiro paper",
    "4": "autogiro",
}
NO_NAME = ("NOT AVAILABLE", "NOTPROVIDED")


class NotBgMax(Invalid):
    """The bytes are not a BgMax file."""


def read(data: bytes) -> BankReport:
    """Return deposits, payments and findings; raises NotBgMax for other files.

    A deposit is TK20 − TK21 of its section; if not, or if its day does not exist, its
    rows are held. TK22 and 23 are never added: they only share a payment out.
    """
    lines = _numbered(records(data))
    first = lines.row(0, named=True)["text"] if lines.height else ""
    if not first.startswith("01BGMAX"):
        raise NotBgMax(
            "the file does not begin with a BgMax record (01BGMAX); "
            "send the file as Bankgirot delivered it"
        )
    rows = _rows(lines)
    deposits = _deposits(lines, rows)
    wrong = pl.col("amount_minor").is_null()
    return BankReport(
        format="bgmax",
        statements=_statements(deposits),
        payments=_payments(rows.filter(~wrong), deposits),
        findings=findings(
            remark(
                rows,
                wrong,
                "error",
                pl.lit("the amount is no number; the record is set aside"),
            ),
            *_remarks(lines, deposits),
            unknown_kinds(lines, KNOWN),
        ),
    )


def _numbered(lines: pl.DataFrame) -> pl.DataFrame:
    """Return records with their code, section and payment; each is counted upwards."""
    coded = lines.with_columns(code=field(1, 2))
    return coded.with_columns(
        section=(pl.col("code") == "05").cast(pl.Int64).cum_sum(),
        payment=pl.col("code").is_in(PAYMENTS).cast(pl.Int64).cum_sum(),
    )


def _rows(lines: pl.DataFrame) -> pl.DataFrame:
    """Return TK20 and 21 with the references, texts and payer that follow them."""
    sign = pl.when(pl.col("code") == "20").then(1).otherwise(-1)
    rows = lines.filter(pl.col("code").is_in(PAYMENTS)).select(
        "line",
        "section",
        "payment",
        "code",
        payer_account=bare(3, 12),
        amount_minor=number(38, 55) * sign,
        channel=field(57, 57).replace_strict(CHANNELS, default=None),
        serial=text(58, 69),
        ordinal=pl.col("line").cum_count().over("section"),
    )
    for frame in (_references(lines), _payers(lines)):
        rows = rows.join(frame, on="payment", how="left", maintain_order="left")
    return rows


def _references(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the references per payment: checked ones first, then text as typed."""
    checked = field(56, 56).is_in(CHECKED)
    sub_amount = pl.when(pl.col("code") == "23").then(-1).otherwise(1) * number(38, 55)
    extra = pl.col("code").is_in(EXTRA)
    typed = pl.col("code") == "25"
    referring = lines.filter(pl.col("code").is_in((*PAYMENTS, *EXTRA, "25")))
    named = referring.select(
        "payment",
        text=pl.when(typed).then(text(3, 52)).otherwise(text(13, 37)),
        kind=pl.when(checked & ~typed).then(pl.lit("ocr")).otherwise(pl.lit("free")),
        amount_minor=pl.when(extra & (sub_amount != 0)).then(sub_amount),
    ).filter(pl.col("text").is_not_null())
    return (
        named.with_columns(order=pl.col("kind") == "free")
        .sort("payment", "order", maintain_order=True)
        .select("payment", reference=pl.struct("text", "kind", "amount_minor"))
        .group_by("payment", maintain_order=True)
        .agg(references=pl.col("reference"))
    )


def _payers(lines: pl.DataFrame) -> pl.DataFrame:
    name = text(3, 37)
    named = ~name.str.to_uppercase().is_in(NO_NAME)
    return lines.group_by("payment", maintain_order=True).agg(
        payer_name=name.filter((pl.col("code") == "26") & named).first(),
        payer_organisation=bare(3, 14).filter(pl.col("code") == "29").first(),
    )


def _deposits(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per section with what its end record says and its rows make."""
    sums = rows.group_by("section", maintain_order=True).agg(
        booked_minor=pl.col("amount_minor").sum(),
        unread=pl.col("amount_minor").is_null().any(),
        entries=pl.len().cast(pl.Int64),
    )
    opened = lines.filter(pl.col("code") == "05").select(
        "line", "section", alias=bare(3, 12), currency=text(23, 25)
    )
    ended = lines.filter(pl.col("code") == "15").unique(
        "section", keep="first", maintain_order=True
    )
    closed = ended.select(
        "section",
        account=bare(3, 37),
        booked_on=day(38),
        deposit=field(46, 50),
        said_minor=number(51, 68),
        said_count=number(72, 79),
    )
    deposits = opened.join(closed, on="section", how="left", maintain_order="left")
    deposits = deposits.join(sums, on="section", how="left", maintain_order="left")
    deposits = deposits.with_columns(pl.col("booked_minor", "entries").fill_null(0))
    proven = (
        (pl.col("said_minor") == pl.col("booked_minor"))
        & ~pl.col("unread").fill_null(value=False)
        & pl.col("booked_on").is_not_null()
        & pl.col("currency").str.contains("^[A-Z]{3}$")
    )
    return deposits.with_columns(
        held=~proven.fill_null(value=False),
        group=pl.format(
            "BGMAX{}-{}-{}",
            pl.col("alias").fill_null(""),
            pl.col("booked_on").cast(pl.String).fill_null(""),
            pl.col("deposit").fill_null(""),
        ),
    )


def _statements(deposits: pl.DataFrame) -> pl.DataFrame:
    frame = deposits.with_columns(
        message=pl.lit("bgmax"),
        id="group",
        sequence="deposit",
        created_on="booked_on",
        ties=pl.col("said_minor") == pl.col("booked_minor"),
    )
    return incoming.completed(frame, incoming.STATEMENT_COLUMNS)


def _payments(rows: pl.DataFrame, deposits: pl.DataFrame) -> pl.DataFrame:
    named = deposits.select(
        "section", "alias", "currency", "account", "booked_on", "group", "held"
    )
    frame = rows.join(named, on="section", how="left", maintain_order="left")
    # Rows before the first section have no deposit that could prove them.
    outside = pl.format("BGMAX line {}", "line")
    frame = frame.with_columns(
        group=pl.coalesce("group", outside),
        held=pl.col("held").fill_null(value=True),
        currency=pl.col("currency").fill_null("SEK"),
        value_on="booked_on",
        kind=pl.when(pl.col("code") == "20")
        .then(pl.lit("payment"))
        .otherwise(pl.lit("deduction")),
        status=pl.lit("booked"),
        references=pl.col("references").fill_null([]),
        path=pl.format("line {}", "line"),
    )
    return incoming.proven(
        frame.with_columns(bank_reference=pl.coalesce("serial", "group"))
    )


def _remarks(lines: pl.DataFrame, deposits: pl.DataFrame) -> list[pl.DataFrame]:
    col = pl.col
    total = pl.format(
        "the deposit says {} and its payments make {} minor units, on day {}; "
        "nothing of it is settled",
        col("said_minor").cast(pl.String).fill_null("nothing"),
        "booked_minor",
        col("booked_on").cast(pl.String).fill_null("unknown"),
    )
    counted = pl.format(
        "the deposit counts {} records, {} are there",
        col("said_count").cast(pl.String).fill_null("unknown"),
        "entries",
    )
    first = lines.head(1)
    outside = lines.filter(col("code").is_in(PAYMENTS) & (col("section") == 0))
    return [
        remark(deposits, col("held"), "error", total),
        remark(
            deposits,
            (col("said_count").fill_null(-1) != col("entries")) & ~col("held"),
            "warning",
            counted,
        ),
        remark(
            outside,
            pl.lit(value=True),
            "error",
            pl.lit("a payment stands outside of every deposit; it is not settled"),
        ),
        remark(
            lines,
            col("text").str.contains("\ufffd", literal=True),
            "warning",
            pl.lit("letters of the record are destroyed: names are damaged"),
        ),
        remark(first, field(45, 45) == "T", "note", pl.lit("this is a test file")),
        _trailer(lines),
        missing_end(lines.with_columns(section=pl.lit(1)), "70"),
    ]


def _trailer(lines: pl.DataFrame) -> pl.DataFrame:
    """Compare the counts of TK70 with the records that are there."""
    places = {("20",): 3, ("21",): 11, EXTRA: 19, ("15",): 27}
    counts = lines.select(
        pl.col("code").is_in(codes).sum().cast(pl.Int64).alias("/".join(codes))
        for codes in places
    )
    end = lines.filter(pl.col("code") == "70").join(counts, how="cross")
    found = []
    for codes, at in places.items():
        name = "/".join(codes)
        said = number(at, at + 7)
        message = pl.format(
            "the end record counts {} records {}, {} are there",
            said.cast(pl.String).fill_null("unknown"),
            pl.lit(name),
            name,
        )
        differs = said.fill_null(-1) != pl.col(name)
        found.append(remark(end, differs, "warning", message))
    return pl.concat(found)
