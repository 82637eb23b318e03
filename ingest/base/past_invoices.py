r"""Past invoices come as one row per line: what another system has billed, and when.

Of net, vat, gross and vat_rate two say the rest. The period ends before `period_to`,
or with its last day: `period_through`.

>>> imported = read(b"invoice_id;invoice_line;customer_id;subscription_id;issued_on;"
...     b"period_from;period_through;text;gross;vat_rate\n"
...     b"8812;1;C1;S1;2026-03-01;2026-03-01;2026-03-31;Tidning;299,00;6 %\n"
...     b"8813;1;C2;S2;2026-03-01;2026-03-01;2026-03-31;Tidning;299,00;\n", "past.csv")
>>> imported.rows.select("period_to", "net_minor", "vat_minor").rows()
[(datetime.date(2026, 4, 1), 28208, 1692)]
>>> imported.refused.select("line", "message").rows()
[(3, 'net and tax do not follow from what the row says')]
"""

from collections.abc import Mapping as Named

import pandera.polars as pa
import polars as pl

from billing.invoicing import past
from billing.invoicing.past import PAST_LINES, Known
from billing.money import rounded_share
from billing.tax import RATE_MICRO
from ingest.base import kind as kinds
from ingest.base import refusal, table
from ingest.base.field import Field
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping

REQUIRED = ("invoice_id", "n", "customer_id", "issued_on", "text")
FIELDS = (
    Field("invoice_id", required=True),
    Field("n", "whole", required=True, said="invoice_line"),
    Field("legal_entity"),
    Field("customer_id", required=True),
    Field("subscription_id"),
    Field("plan_id"),
    Field("issued_on", "day", required=True),
    Field("period_from", "day"),
    Field("period_to", "day"),
    Field("period_through", "day"),
    Field("text", required=True),
    Field("currency"),
    Field("net_minor", "minor", said="net"),
    Field("vat_minor", "minor", said="vat"),
    Field("gross_minor", "minor", said="gross"),
    Field("rate_micro", "rate", said="vat_rate"),
)
SCHEMA = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, unique=True),
        **{
            name: pa.Column(dtype, nullable=name not in {*REQUIRED, "currency"})
            for name, dtype in PAST_LINES.items()
        },
    },
    strict=True,
)


def read(
    data: bytes,
    name: str,
    mapping: Mapping | None = None,
    parameters: Named[str, str] | None = None,
) -> Imported:
    """Return past lines of a CSV or Excel file in the columns of `SCHEMA`."""
    return kinds.read(KIND, table.read(data, name), mapping, parameters)


def checked(imported: Imported, known: Known) -> Imported:
    """Refuse also what names what does not exist, or differs from what is there."""
    rows = imported.rows
    return kinds.without(
        imported, kinds.of_rows(rows, past.refusals(rows.drop("line"), known))
    )


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Find net and tax from what is said, and the day after the last one."""
    net, vat, gross = (pl.col(f"{name}_minor") for name in ("net", "vat", "gross"))
    rate, one = pl.col("rate_micro"), pl.lit(RATE_MICRO, pl.Int64)
    tax = pl.coalesce(
        vat,
        gross - net,
        rounded_share(net, rate, one),
        rounded_share(gross, rate, one + rate),
    )
    return rows.with_columns(
        net_minor=pl.coalesce(net, gross - tax),
        vat_minor=tax,
        period_to=pl.coalesce(
            "period_to", pl.col("period_through") + pl.duration(days=1)
        ),
    )


def _has_its_tax(rows: pl.DataFrame) -> pl.DataFrame:
    lacking = pl.col("net_minor").is_null() | pl.col("vat_minor").is_null()
    words = (
        "net and tax do not follow from what the row says",
        "give net and vat, or gross and vat_rate",
    )
    said = rows.with_columns(vat="vat_minor")
    return refusal.where(said, lacking, "vat", words)


def _adds_up(rows: pl.DataFrame) -> pl.DataFrame:
    sum_ = pl.col("net_minor") + pl.col("vat_minor")
    words = ("net and vat do not add up to gross", "correct one of them")
    said = rows.with_columns(gross="gross_minor")
    return refusal.where(said, sum_ != pl.col("gross_minor"), "gross", words)


def _has_a_whole_period(rows: pl.DataFrame) -> pl.DataFrame:
    half = pl.col("period_from").is_null() != pl.col("period_to").is_null()
    words = ("the period has one day only", "give its first day and its end, or none")
    return refusal.where(rows, half, "period_from", words)


def _completed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("line", *PAST_LINES)


KIND = Kind(
    "past_invoices",
    FIELDS,
    SCHEMA,
    (_has_its_tax, _adds_up, _has_a_whole_period),
    prepared=_prepared,
    finished=_completed,
)
