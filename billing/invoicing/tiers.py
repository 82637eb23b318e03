"""Tiers, packages and shares are prices that depend on the quantity.

graduated: each unit costs what its own tier says; volume: all units cost what the tier
reached says; stairstep: the tier reached has one price; package: started packages after
the free units; percentage: a share of each single use, with its own floor and ceiling.
A tier's flat fee is for entering it, and the first tier is entered at zero units too.

>>> pieces = pl.DataFrame({"piece": [0, 1], "model": ["graduated", "package"],
...     "amount": ["0", "100"], "quantity": ["12", "11"], "terms": [
...     '{"tiers": [{"up_to": "10", "amount": "5.00"}, {"amount": "4.00"}]}',
...     '{"size": 10}']}).with_columns(pl.col("amount", "quantity").cast(QUANTITY))
>>> [int(pico) // 10**12 for pico in priced(pieces)["list_pico"]]
[58, 200]
"""

import polars as pl

from billing.invoicing.timeline import QUANTITY

MODELS = ("graduated", "volume", "stairstep", "package", "percentage")
MICRO = 1_000_000
TIER = pl.Struct({"up_to": pl.String, "amount": pl.String, "flat": pl.String})
TERMS = pl.Struct(
    {
        "tiers": pl.List(TIER),
        "size": pl.Int64,
        "free_units": pl.String,
        "rate": pl.String,
        "fixed": pl.String,
        "min": pl.String,
        "max": pl.String,
    }
)
WITHOUT_BOUND = 10**18


def micro(column: str) -> pl.Expr:
    """Return a decimal column as whole millionths."""
    exact = pl.col(column).cast(pl.Decimal(38, 6)) * MICRO
    return exact.cast(pl.Int128)


def priced(pieces: pl.DataFrame, uses: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return piece and list_pico: what the quantity costs, in 10⁻¹² of the major unit.

    `pieces`: piece, model, amount, quantity, terms. `uses`: piece and quantity of each
    single use; a piece without any is one use of its quantity.
    """
    known = pieces.select("piece", "model", "amount", "quantity", "terms").with_columns(
        pl.col("terms").str.json_decode(TERMS)
    ).unnest("terms")  # fmt: skip
    return pl.concat([_tiered(known), _packages(known), _shares(known, uses)])


def _tiered(known: pl.DataFrame) -> pl.DataFrame:
    """Price graduated, volume and stairstep: one row for each tier, then the sum."""
    model, units = pl.col("model"), micro("quantity")
    tier = (
        known.filter(model.is_in(["graduated", "volume", "stairstep"]))
        .explode("tiers")
        .unnest("tiers", separator="_")
        .with_columns(
            begin=_whole("tiers_up_to", WITHOUT_BOUND)
            .shift(1, fill_value=0)
            .over("piece"),
            end=_whole("tiers_up_to", WITHOUT_BOUND),
            first=pl.int_range(pl.len()).over("piece") == 0,
        )
    )
    entered = (units > pl.col("begin")) | pl.col("first")
    reached = entered & (units <= pl.col("end"))
    inside = pl.max_horizontal(
        pl.min_horizontal(units, pl.col("end")) - pl.col("begin"), pl.lit(0, pl.Int128)
    )
    price, flat = _whole("tiers_amount"), _whole("tiers_flat") * MICRO
    cost = (
        pl.when(model == "graduated")
        .then(price * inside + pl.when(entered).then(flat).otherwise(0))
        .when(~reached)
        .then(0)
        .when(model == "volume")
        .then(price * units + flat)
        .when(units > 0)
        .then(price * MICRO + flat)
        .otherwise(0)
    )
    return tier.group_by("piece").agg(list_pico=cost.cast(pl.Int128).sum())


def _packages(known: pl.DataFrame) -> pl.DataFrame:
    """Price started packages of `size` units, after the free ones."""
    paid = pl.max_horizontal(
        micro("quantity") - _whole("free_units"), pl.lit(0, pl.Int128)
    )
    size = pl.col("size").cast(pl.Int128) * MICRO
    started = (paid + size - 1) // size
    return known.filter(pl.col("model") == "package").select(
        "piece", list_pico=micro("amount") * started * MICRO
    )


def _shares(known: pl.DataFrame, uses: pl.DataFrame | None) -> pl.DataFrame:
    """Price each use by its share, with the fee, the floor and the ceiling of a use."""
    of_share = known.filter(pl.col("model") == "percentage")
    if uses is not None:
        single = uses.select("piece", use=pl.col("quantity"))
        of_share = of_share.join(single, on="piece", how="left").with_columns(
            quantity=pl.when(pl.col("quantity") != 0).then(
                pl.coalesce("use", "quantity")
            )
        )
    cost = _whole("rate") * micro("quantity") + _whole("fixed") * MICRO
    # A bound that is not said is null, which bounds nothing.
    floor, ceiling = (_whole(bound, None) * MICRO for bound in ("min", "max"))
    bounded = pl.min_horizontal(pl.max_horizontal(cost, floor), ceiling)
    none_used = pl.col("quantity").is_null() | (pl.col("quantity") == 0)
    return of_share.group_by("piece").agg(
        list_pico=pl.when(none_used).then(0).otherwise(bounded).cast(pl.Int128).sum()
    )


def _whole(column: str, default: int | None = 0) -> pl.Expr:
    """Return a decimal that is written as text as whole millionths."""
    exact = pl.col(column).cast(QUANTITY).cast(pl.Decimal(38, 6)) * MICRO
    return exact.cast(pl.Int128).fill_null(pl.lit(default, pl.Int128))
