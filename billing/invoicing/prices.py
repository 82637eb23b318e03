"""A price is what a whole cycle costs, by the model of its version; parts share it.

The version that holds for a piece is the newest one that reaches it: a version for
`new` agreements reaches those that took the plan on or after its first day, one at
`renewal` the cycles that start then or later, one for `all` every day from then on.
The first version of a plan reaches everything.

>>> held = pl.DataFrame({"model": ["flat", "per_unit"], "amount": ["299", "49.50"],
...     "quantity": ["3", "3"], "currency": ["SEK", "SEK"]}).with_columns(
...     pl.col("amount", "quantity").cast(AMOUNT), agreed_minor=pl.lit(None, pl.Int64),
...     terms=pl.lit("{}"))
>>> listed(held)["list_minor"].to_list()
[29900, 14850]
"""

import polars as pl

from billing.invoicing import tiers
from billing.money import DEFAULT_EXPONENT, EXPONENTS, rounded_share

AMOUNT = pl.Decimal(18, 6)
# Amounts and quantities are multiplied as whole millionths, exactly.
MICRO = 1_000_000

VERSIONS = pl.Schema(
    {
        "plan_id": pl.String(),
        "version": pl.Int64(),
        "phase": pl.Int64(),
        "phase_count": pl.Int64(),
        "phase_unit": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "applies_to": pl.String(),
        "model": pl.String(),
        "amount": AMOUNT,
        "terms": pl.String(),
    }
)


def steps(versions: pl.DataFrame) -> pl.DataFrame:
    """Return the steps before the evergreen price, in the order they are lived through.

    Columns: plan_id, phase, phase_count, phase_unit. The newest version of a step
    says how long it lasts.
    """
    return (
        versions.filter(pl.col("phase") > 0)
        .sort("plan_id", "phase", "version")
        .unique(["plan_id", "phase"], keep="last", maintain_order=True)
        .select("plan_id", "phase", "phase_count", "phase_unit")
    )


def attach(segments: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Give each segment the price version that reaches it.

    `segments` has plan_id, phase, plan_from_on, cycle_from and period_from; added are
    price_version, model, amount and terms, null where no version reaches the segment.
    """
    first = pl.col("version") == pl.col("version").min().over("plan_id", "phase")
    candidates = versions.with_columns(is_first=first).select(
        "plan_id", "phase", "valid_from", "valid_to", "applies_to", "is_first",
        "model", "amount", "terms", price_version="version",
    )  # fmt: skip
    single = candidates.filter(pl.len().over("plan_id", "phase") == 1)
    several = candidates.join(single, on=["plan_id", "phase"], how="anti")
    keys = ["plan_id", "phase"]
    dated = ["valid_from", "valid_to", "applies_to", "is_first"]
    plain = segments.join(single.drop(dated), on=keys, how="left")
    if several.is_empty():
        return plain
    return pl.concat(
        [
            plain.join(several, on=keys, how="anti"),
            _newest(segments.join(several, on=keys, how="semi"), several).select(
                plain.columns
            ),
        ]
    )


def _newest(segments: pl.DataFrame, several: pl.DataFrame) -> pl.DataFrame:
    keyed = segments.with_row_index("segment")
    reached_by = (
        pl.when(pl.col("applies_to") == "new")
        .then("plan_from_on")
        .when(pl.col("applies_to") == "renewal")
        .then("cycle_from")
        .otherwise("period_from")
    )
    in_force = pl.col("valid_from") <= reached_by
    open_or_running = pl.col("valid_to").is_null() | (
        pl.col("period_from") < pl.col("valid_to")
    )
    chosen = (
        keyed.join(several, on=["plan_id", "phase"])
        .filter((in_force & open_or_running) | pl.col("is_first"))
        .sort("segment", "valid_from", "price_version")
        .unique("segment", keep="last", maintain_order=True)
        .select("segment", "price_version", "model", "amount", "terms")
    )
    return keyed.join(chosen, on="segment", how="left").drop("segment")


def listed(pieces: pl.DataFrame, uses: pl.DataFrame | None = None) -> pl.DataFrame:
    """Add list_minor: what a whole cycle costs in minor units, by model and quantity.

    `pieces` has model, amount, terms, quantity, agreed_minor and currency; null where
    there is no price. It is rounded once, half away from zero. An agreed price stands
    in for the catalogue's. `uses` (piece: row number, quantity) are the single uses of
    metered pieces, for the model that prices each of them.
    """
    keyed = pieces.with_row_index("piece")
    agreed = pl.col("agreed_minor").is_not_null()
    by_terms = keyed.filter(pl.col("model").is_in(tiers.MODELS) & ~agreed)
    plain = _amount().alias("list_minor")
    if by_terms.is_empty():
        return keyed.with_columns(plain).drop("piece")
    exact = tiers.priced(by_terms, uses)
    priced = pl.col("list_pico").is_not_null()
    return (
        keyed.join(exact, on="piece", how="left", maintain_order="left")
        .with_columns(
            pl.when(priced).then(_rounded("list_pico")).otherwise(plain)
            .alias("list_minor")
        )
        .drop("piece", "list_pico")
    )  # fmt: skip


def _amount() -> pl.Expr:
    """Return the price of flat and per-unit models, or the agreed one."""
    per_unit = pl.col("model") == "per_unit"
    units = pl.when(per_unit).then(tiers.micro("quantity")).otherwise(MICRO)
    exact = tiers.micro("amount") * units
    agreed = rounded_share(pl.col("agreed_minor"), units, pl.lit(MICRO))
    return pl.coalesce(agreed, _rounded_expr(exact))


def _rounded(column: str) -> pl.Expr:
    return _rounded_expr(pl.col(column))


def _rounded_expr(pico: pl.Expr) -> pl.Expr:
    """Return millionths of millionths of major units as minor units of the currency."""
    scale = pl.col("currency").replace_strict(
        {name: 10**digits for name, digits in EXPONENTS.items()},
        default=10**DEFAULT_EXPONENT,
        return_dtype=pl.Int64,
    )
    return rounded_share(pico, scale, pl.lit(MICRO * MICRO))
