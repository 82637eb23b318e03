"""A price is what a whole cycle costs, by the model of its version; parts share it.

The version that holds for a piece is the newest one of the agreement's price list that
reaches it; see `reaching`.

>>> held = pl.DataFrame({"model": ["flat", "per_unit"], "amount": ["299", "49.50"],
...     "quantity": ["3", "3"], "currency": ["SEK", "SEK"]}).with_columns(
...     pl.col("amount", "quantity").cast(AMOUNT), agreed_minor=pl.lit(None, pl.Int64),
...     terms=pl.lit("{}"))
>>> listed(held)["list_minor"].to_list()
[29900, 14850]
"""

import polars as pl

from billing.invoicing import reaching, tiers
from billing.money import DEFAULT_EXPONENT, EXPONENTS, rounded_share

AMOUNT = pl.Decimal(18, 6)
# Amounts and quantities are multiplied as whole millionths, exactly.
MICRO = 1_000_000
KEY = ["plan_id", "price_list", "phase"]
DATED = ["valid_from", "valid_to", "applies_to", "cohort_from", "cohort_to"]

VERSIONS = pl.Schema(
    {
        "plan_id": pl.String(),
        "price_list": pl.String(),
        "version": pl.Int64(),
        "phase": pl.Int64(),
        "phase_count": pl.Int64(),
        "phase_unit": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "applies_to": pl.String(),
        "cohort_from": pl.Date(),
        "cohort_to": pl.Date(),
        "model": pl.String(),
        "amount": AMOUNT,
        "terms": pl.String(),
    }
)


def steps(versions: pl.DataFrame) -> pl.DataFrame:
    """Return the steps before the evergreen price, in the order they are lived through.

    Columns: plan_id, phase, phase_count, phase_unit. The newest version of a step
    says how long it lasts; price lists price the steps of the plan, and add none.
    """
    return (
        versions.filter((pl.col("phase") > 0) & (pl.col("price_list") == ""))
        .sort("plan_id", "phase", "version")
        .unique(["plan_id", "phase"], keep="last", maintain_order=True)
        .select("plan_id", "phase", "phase_count", "phase_unit")
    )


def attach(segments: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Give each segment the price version of its list that reaches it.

    `segments` has plan_id, price_list, phase, started_on, plan_from_on, cycle_from and
    period_from; added are price_version, model, amount and terms, null where no version
    reaches the segment. The work grows with the segments and not with the versions.
    """
    ordered = _ordered(versions)
    only = ordered.filter(pl.len().over("key") == 1)
    several = ordered.join(only, on="key", how="anti")
    alone = only.filter(pl.col("applies_to") != "cohort").drop("key", "order", *DATED)
    plain = segments.join(alone, on=KEY, how="left")
    by_date = pl.concat([several, only.filter(pl.col("applies_to") == "cohort")])
    if by_date.is_empty():
        return plain
    keyed = segments.join(by_date.select(*KEY, "key").unique(), on=KEY)
    dated = reaching.resolved(keyed, by_date).select(plain.columns)
    return pl.concat([plain.join(by_date, on=KEY, how="anti"), dated])


def _ordered(versions: pl.DataFrame) -> pl.DataFrame:
    """Give plan, list and step a number (key), and versions theirs by day (order)."""
    return (
        versions.sort(*KEY, "valid_from", "version")
        .with_row_index("order")
        .select(
            *KEY,
            *DATED,
            "model",
            "amount",
            "terms",
            pl.col("order").cast(pl.Int64),
            key=pl.struct(KEY).rle_id().cast(pl.Int64),
            price_version="version",
        )
    )


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
