"""A bundle is priced as one thing, and shared among its parts by standalone price.

Each part takes its share of what is left (IFRS 15.74-76): the parts sum to the whole,
and none of them falls when the whole rises.

>>> whole = pl.DataFrame({"left": [100]})
>>> for taken, weights in ((50, 150), (25, 100), (75, 75)):
...     part = rounded_share(pl.col("left"), pl.lit(taken), pl.lit(weights))
...     print(whole.select(part).item())
...     whole = whole.with_columns(left=pl.col("left") - part)
33
17
50
"""

import polars as pl

from billing.money import rounded_share

NOBODY = pl.lit(None, pl.String)
SHARED = ("list_minor", "full_minor")


def split(pieces: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Return one piece for each part of what is a bundle, and all others as they are.

    `pieces` has plan_id, cycle_from, list_minor, full_minor, text and the columns of
    products; `parts` those of `base.PARTS` and of products. The composition that holds
    is the newest one at the start of the cycle. Added is `bundle`: which part a piece
    is, and what the whole cycle of each part costs ("2:17745,7055"; null: no bundle).
    """
    plain = pieces.with_columns(bundle=NOBODY)
    bundled = pieces.join(parts, on="plan_id", how="semi")
    if bundled.is_empty():
        return plain
    shared = _shared(_composed(bundled.with_row_index("whole"), parts))
    fulls = pl.col("full_minor").cast(pl.String).str.join(",").over("whole")
    named = shared.with_columns(
        text=pl.format("{} – {}", "text", pl.coalesce("product_name", "product_id")),
        bundle=pl.format("{}:{}", "n", fulls),
    )
    return pl.concat(
        [plain.join(parts, on="plan_id", how="anti"), named.select(plain.columns)]
    )


def _composed(bundled: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Give each whole the parts that it has in its cycle, with their products."""
    own = [name for name in parts.columns if name not in {"plan_id", "effective_on"}]
    versions = parts.select("plan_id", "effective_on").unique()
    held = versions.join(bundled.select("whole", "plan_id", "cycle_from"), on="plan_id")
    begun = pl.col("effective_on") <= pl.col("cycle_from")
    chosen = (
        held.group_by("whole")
        .agg(
            newest=pl.col("effective_on").filter(begun).max(),
            first=pl.col("effective_on").min(),
        )
        .select("whole", effective_on=pl.coalesce("newest", "first"))
    )
    return (
        bundled.drop(own, strict=False)
        .join(chosen, on="whole")
        .join(parts, on=["plan_id", "effective_on"])
        .with_columns(
            n=pl.col("n").rank("dense").over("whole").cast(pl.Int64),
        )
        .sort("whole", "n")
    )


def _shared(composed: pl.DataFrame) -> pl.DataFrame:
    """Share what the whole costs, part by part, each of what the ones before left."""
    after = pl.col("weight_micro").cum_sum(reverse=True).over("whole")
    left = composed.with_columns(
        *(pl.col(name).alias(f"{name}_left") for name in SHARED), weight_left=after
    )
    for n in composed["n"].unique().sort():
        left = left.with_columns(
            pl.when(pl.col("n") == n)
            .then(_taken(f"{name}_left"))
            .otherwise(name)
            .alias(name)
            for name in SHARED
        ).with_columns(
            (
                pl.col(f"{name}_left")
                - pl.col(name).filter(pl.col("n") == n).sum().over("whole")
            ).alias(f"{name}_left")
            for name in SHARED
        )
    return left


def _taken(left: str) -> pl.Expr:
    return rounded_share(pl.col(left), pl.col("weight_micro"), pl.col("weight_left"))


def wholes(pieces: pl.DataFrame) -> pl.DataFrame:
    """Add what `bundle` says: part, fulls (a list), and whole_minor, their sum."""
    said = pl.col("bundle").str.split(":")
    return pieces.with_columns(
        part=said.list.get(0).cast(pl.Int64),
        fulls=said.list.get(1).str.split(",").list.eval(pl.element().cast(pl.Int64)),
    ).with_columns(whole_minor=pl.col("fulls").list.sum())


def of_part(pieces: pl.DataFrame, column: str) -> pl.DataFrame:
    """Replace an amount of the whole by what the piece's part has of it.

    `pieces` has the columns of `wholes`; each part weighs what its whole cycle costs.
    """
    known = pieces.with_columns(
        left=column, weight_left="whole_minor", taken=pl.lit(0, pl.Int64)
    )
    for n in range(1, 1 + max(pieces["part"], default=0)):
        weight = pl.col("fulls").list.get(n - 1, null_on_oob=True).fill_null(0)
        reached = pl.col("part") >= n
        taken = rounded_share(
            pl.col("left"), weight, pl.max_horizontal("weight_left", 1)
        )
        known = known.with_columns(
            taken=pl.when(reached).then(taken).otherwise("taken"),
        ).with_columns(
            left=pl.col("left") - pl.when(reached).then("taken").otherwise(0),
            weight_left=pl.col("weight_left")
            - pl.when(reached).then(weight).otherwise(0),
        )
    return known.with_columns(pl.col("taken").alias(column)).drop(
        "left", "weight_left", "taken"
    )
