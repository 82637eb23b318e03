"""A credit by hand takes back what an invoice's lines have left, and never more.

>>> lines = pl.DataFrame({"n": [1], "currency": ["SEK"], "amount_minor": [76900],
...     "taken_minor": [0], "taken_vat_minor": [0], "vat_category": ["0.20"],
...     "rate_micro": [200_000], "price_includes_vat": [False]})
>>> note = credited(lines, ((1, 72686),))
>>> note.select("amount_minor", "net_minor", "vat_minor").rows()
[(-72686, -72686, -14537)]
>>> credited(lines, ((1, 80000),))
Traceback (most recent call last):
    ...
billing.invoicing.credit.MoreThanIsLeft: line 1 has 769.00 left to credit, not 800.00; \
give at most that
"""

import polars as pl

from billing import money
from billing.errors import Conflict, Invalid
from billing.invoicing.invoice import TAX
from billing.money import rounded_share
from billing.tax import RATE_MICRO

Shares = tuple[tuple[int, int], ...]
TAKES = pl.Schema({"n": pl.Int64, "take_minor": pl.Int64})


class MoreThanIsLeft(Conflict):
    """A line would be credited below zero."""


class NothingLeft(Conflict):
    """All of the invoice has been credited already."""


class WrongLine(Invalid):
    """The invoice has no such line, or the amount cannot be credited."""


def credited(lines: pl.DataFrame, shares: Shares | None) -> pl.DataFrame:
    """Return the lines that are credited, with negative amounts and their tax.

    `lines` are an invoice's: n, currency, amount_minor, the columns of `invoice.TAX`,
    and what has been taken back of each already: taken_minor and taken_vat_minor
    (above zero). The result has their columns with amount_minor, net_minor and
    vat_minor of the credit. None for the shares takes back all that is left.
    """
    left = lines.with_columns(
        left_minor=pl.max_horizontal(pl.col("amount_minor") - pl.col("taken_minor"), 0)
    )
    takes = (
        left.select("n", take_minor="left_minor")
        if shares is None
        else _checked(left, shares)
    )
    taken = left.join(takes, on="n").filter(pl.col("take_minor") > 0).sort("n")
    if taken.is_empty():
        raise NothingLeft("the invoice has nothing left to credit")
    return _taxed(taken.join(_taken_before(lines), on=TAX, nulls_equal=True))


def _checked(left: pl.DataFrame, shares: Shares) -> pl.DataFrame:
    takes = pl.DataFrame(shares, schema=TAKES, orient="row")
    summed = takes.group_by("n", maintain_order=True).agg(pl.col("take_minor").sum())
    for row in summed.join(left, on="n", how="left").to_dicts():
        line, take, rest = row["n"], row["take_minor"], row["left_minor"]
        asked = money.to_text(take, row["currency"] or "SEK")
        if rest is None or take <= 0:
            raise WrongLine(
                f"{asked} of line {line} cannot be credited; name a line of the "
                "invoice and an amount above zero",
                field="lines",
            )
        if take > rest:
            raise MoreThanIsLeft(
                f"line {line} has {money.to_text(rest, row['currency'])} left to "
                f"credit, not {asked}; give at most that",
                field="lines",
            )
    return summed


def _taken_before(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what has been credited of each rate of tax: before_minor and its tax."""
    return lines.group_by(TAX).agg(
        before_minor=pl.col("taken_minor").sum(),
        before_vat_minor=pl.col("taken_vat_minor").sum(),
    )


def _taxed(taken: pl.DataFrame) -> pl.DataFrame:
    """Take back the tax so that all notes together give back what the invoice took.

    The tax of all that is credited so far is rounded, and what earlier notes gave back
    is taken off: the note that closes an invoice takes the last öre.
    """
    included = pl.col("price_includes_vat")
    whole = RATE_MICRO + pl.when(included).then("rate_micro").otherwise(0)
    running = pl.col("before_minor") + pl.col("take_minor").cum_sum().over(TAX)
    so_far = rounded_share(running, pl.col("rate_micro"), whole)
    before = pl.coalesce(so_far.shift(1).over(TAX), "before_vat_minor")
    return (
        taken.with_columns(
            vat_minor=before - so_far, amount_minor=-pl.col("take_minor")
        )
        .with_columns(
            net_minor=pl.when(included)
            .then(pl.col("amount_minor") - pl.col("vat_minor"))
            .otherwise("amount_minor")
        )
        .drop("take_minor", "left_minor", "before_minor", "before_vat_minor")
    )
