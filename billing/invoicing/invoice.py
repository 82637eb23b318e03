"""An invoice gathers what one payer owes: lines, tax, rounding, reference, due date.

Below zero in all it is a credit note, which names the invoice that it amends
(ML 2023:200 17:22).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from billing.identifiers import ocr
from billing.invoicing.base import IDENTITY, Base
from billing.money import rounded_share
from billing.tax import RATE_MICRO

SERIES = "F"
KRONA = 100

LINES = pl.Schema(
    {
        **IDENTITY,
        "invoice_id": pl.String(),
        "n": pl.Int64(),
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "amount_minor": pl.Int64(),
        "net_minor": pl.Int64(),
        "vat_minor": pl.Int64(),
        "vat_rate": pl.Decimal(9, 6),
        "revision": pl.Int64(),
    }
)

TAX = ["vat_category", "rate_micro", "price_includes_vat"]


@dataclass(frozen=True, slots=True)
class Issue:
    """What a run issues: invoices, their lines and their tax, one frame each.

    invoices: invoice_id, legal_entity, series, number, kind, payer_id, currency,
    reference, payment_method, amends_id, issued_on, due_on, net_minor, vat_minor,
    rounding_minor, total_minor. lines: `LINES`. taxes: invoice_id, vat_category,
    vat_rate, net_minor, vat_minor.
    """

    invoices: pl.DataFrame
    lines: pl.DataFrame
    taxes: pl.DataFrame


def issue(base: Base, pieces: pl.DataFrame, *, on: date, first_number: int) -> Issue:
    """Make invoices of the pieces that are due, numbered from the first number."""
    lines = taxed(_grouped(base, pieces, first_number))
    taxes = _taxes(lines)
    return Issue(_invoices(base, lines, on), _numbered(base, lines), taxes)


def _grouped(base: Base, pieces: pl.DataFrame, first_number: int) -> pl.DataFrame:
    """Give each piece its invoice: one per payer and currency, in order of payers."""
    payer = ["payer_id", "currency"]
    prefix = f"{base.company.legal_entity}-"
    return (
        pieces.sort(
            *payer,
            "subscription_id",
            "period_from",
            "item",
            "amount_minor",
            descending=[False] * 5 + [True],
        )
        .with_columns(
            number=pl.lit(first_number - 1)
            + pl.struct(payer).rank("dense").cast(pl.Int64)
        )
        .with_columns(
            invoice_id=prefix + pl.col("number").cast(pl.String),
            n=pl.int_range(1, pl.len() + 1).over("number"),
        )
    )


def taxed(lines: pl.DataFrame) -> pl.DataFrame:
    """Share the tax of each rate over its lines, so that they sum to the document's.

    `lines` has invoice_id, amount_minor and the columns of `TAX`; added are vat_minor,
    vat_rate and net_minor.
    Tax is rounded once per document and rate (EN 16931 BR-CO-17); the lines get the
    steps of the cumulative tax.
    """
    group = ["invoice_id", *TAX]
    whole = RATE_MICRO + pl.when(pl.col("price_includes_vat")).then(
        "rate_micro"
    ).otherwise(0)
    running = pl.col("amount_minor").cum_sum().over(group)
    rate = pl.col("rate_micro").cast(pl.Decimal(18, 6)) / RATE_MICRO
    return (
        lines.with_columns(
            vat_minor=rounded_share(running, pl.col("rate_micro"), whole),
            vat_rate=rate.cast(pl.Decimal(9, 6)),
        )
        .with_columns(
            vat_minor=pl.col("vat_minor")
            - pl.col("vat_minor").shift(1, fill_value=0).over(group)
        )
        .with_columns(
            net_minor=pl.when(pl.col("price_includes_vat"))
            .then(pl.col("amount_minor") - pl.col("vat_minor"))
            .otherwise("amount_minor")
        )
    )


def _taxes(lines: pl.DataFrame) -> pl.DataFrame:
    return (
        lines.group_by("invoice_id", "vat_category", "vat_rate", maintain_order=True)
        .agg(pl.col("net_minor", "vat_minor").sum())
        .sort("invoice_id", "vat_category", "vat_rate")
    )


def _numbered(base: Base, lines: pl.DataFrame) -> pl.DataFrame:
    """Say how often the same piece has been issued before: its revision."""
    piece = [
        "kind",
        "subscription_id",
        "item",
        "plan_id",
        "product_id",
        "source_id",
        "cycle_from",
        "period_from",
        "period_to",
    ]
    before = base.billed.group_by(piece).agg(last=pl.col("revision").max())
    within = pl.int_range(pl.len()).over(piece)
    return (
        lines.join(before, on=piece, how="left", nulls_equal=True)
        .with_columns(revision=pl.col("last").fill_null(-1) + 1 + within)
        .select(LINES.names())
        .cast(LINES)
    )


def _invoices(base: Base, lines: pl.DataFrame, on: date) -> pl.DataFrame:
    company = base.company
    heads = lines.group_by("number", maintain_order=True).agg(
        pl.col("invoice_id", "payer_id", "currency").first(),
        pl.col("net_minor", "vat_minor").sum(),
        subscription_id=pl.col("subscription_id").drop_nulls().first(),
    )
    exact = pl.col("net_minor") + pl.col("vat_minor")
    krona = rounded_share(exact, pl.lit(1, pl.Int64), pl.lit(KRONA, pl.Int64)) * KRONA
    rounds = company.policies.invoice_rounding == "krona"
    method = base.subscriptions.select("subscription_id", "payment_method")
    total = pl.col("net_minor") + pl.col("vat_minor") + pl.col("rounding_minor")
    return (
        heads.join(method, on="subscription_id", how="left")
        .join(_amended(base, lines), on="invoice_id", how="left")
        .with_columns(
            rounding_minor=krona - exact if rounds else pl.lit(0, pl.Int64),
            legal_entity=pl.lit(company.legal_entity),
            series=pl.lit(SERIES),
            reference=ocr.issue_column(pl.col("number").cast(pl.String)),
            payment_method=pl.col("payment_method").fill_null("bankgiro"),
            issued_on=pl.lit(on),
        )
        .with_columns(total_minor=total)
        .with_columns(
            kind=pl.when(pl.col("total_minor") < 0)
            .then(pl.lit("credit_note"))
            .otherwise(pl.lit("invoice")),
            due_on=pl.lit(on + timedelta(days=company.policies.terms_days)),
        )
        .select(
            "invoice_id",
            "legal_entity",
            "series",
            "number",
            "kind",
            "payer_id",
            "currency",
            "reference",
            "payment_method",
            "amends_id",
            "issued_on",
            "due_on",
            "net_minor",
            "vat_minor",
            "rounding_minor",
            "total_minor",
        )
    )


def _amended(base: Base, lines: pl.DataFrame) -> pl.DataFrame:
    """Name the invoice that a document takes back from: the newest one it credits."""
    thing = [
        "kind",
        "subscription_id",
        "item",
        "plan_id",
        "product_id",
        "cycle_from",
        "full_minor",
    ]
    billed = (
        base.billed.filter(pl.col("amount_minor") > 0)
        .sort("revision")
        .group_by(thing)
        .agg(amends_id=pl.col("invoice_id").last())
    )
    return (
        lines.filter(pl.col("amount_minor") < 0)
        .join(billed, on=thing, nulls_equal=True)
        .sort("cycle_from", "amends_id")
        .group_by("invoice_id")
        .agg(pl.col("amends_id").last())
    )
