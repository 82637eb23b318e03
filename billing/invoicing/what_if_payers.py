"""Who pays more, who pays less, from when and why."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from billing.invoicing.what_if_lines import Horizon, Side
from billing.invoicing.what_if_measures import in_minor, prices, share_of

PAYERS = pl.Schema(
    {
        "subscription_id": pl.String(),
        "customer_id": pl.String(),
        "payer_id": pl.String(),
        "plan_id": pl.String(),
        "currency": pl.String(),
        "before_minor": pl.Int64(),
        "after_minor": pl.Int64(),
        "total_before_minor": pl.Int64(),
        "total_after_minor": pl.Int64(),
        "from_on": pl.Date(),
        "reason": pl.String(),
        "leaves": pl.Boolean(),
    }
)
MAIN = "subscription_id"
TERMS = (
    "plan_id", "price_version", "list_minor", "full_minor", "campaign_id", "rate_micro",
    "period_from", "period_to",
)  # fmt: skip

Worked = tuple[Side, pl.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Payers:
    """Whom a comparison is about.

    `members` as `representatives.MEMBERS`, `whose` are subscription_id, customer_id and
    payer_id of all agreements.
    """

    members: pl.DataFrame
    whose: pl.DataFrame
    horizon: Horizon


def found(
    about: Payers, old: Worked, new: Worked, leaving_micro: int = 0
) -> pl.DataFrame:
    """Return the agreements that pay otherwise: `PAYERS` and representative_id.

    before_minor and after_minor are what it pays a month, with tax, in the last month
    that it runs; the totals are what is issued to it in the whole horizon. `from_on` is
    the first day that costs otherwise; `reason` is price, campaign, vat, plan or rules.
    """
    totals = _beside(_totals(old[0], about.horizon), _totals(new[0], about.horizon))
    monthly = _monthly(old[1], new[1], about.horizon)
    changed = _changed(old[1], new[1], about.horizon)
    other = (
        totals.join(monthly, on=MAIN, how="full", coalesce=True)
        .join(changed, on=MAIN, how="left")
        .with_columns(
            pl.col(
                "before", "after", "before_minor", "after_minor"
            ).fill_null(0),
            pl.col("reason").fill_null("rules"),
        )
        .filter(
            (pl.col("before") != pl.col("after"))
            | (pl.col("before_minor") != pl.col("after_minor"))
        )
    )  # fmt: skip
    named = about.members.join(
        other.rename(
            {
                MAIN: "representative_id",
                "before": "total_before_minor",
                "after": "total_after_minor",
            }
        ),
        on="representative_id",
    ).join(about.whose.select(MAIN, "customer_id", "payer_id"), on=MAIN)
    return _leaving(named, leaving_micro).select("representative_id", *PAYERS.names())


def _totals(one: Side, horizon: Horizon) -> pl.DataFrame:
    issued = one.lines.filter(pl.col("issued_on") >= horizon.on)
    total = pl.col("net_minor") + pl.col("vat_minor")
    return issued.group_by(MAIN).agg(total=total.sum())


def _beside(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    both = before.join(after, on=MAIN, how="full", coalesce=True, suffix="_after")
    return both.select(
        MAIN,
        before=pl.col("total").fill_null(0),
        after=pl.col("total_after").fill_null(0),
    )


def _monthly(before: pl.DataFrame, after: pl.DataFrame, on: Horizon) -> pl.DataFrame:
    """Return what each costs in the last month that it runs, under both rules."""
    by = [MAIN, "month"]
    both = (
        prices(before, on)
        .join(prices(after, on), on=by, how="full", coalesce=True, suffix="_after")
        .group_by(MAIN)
        .agg(
            pl.col("price_micro", "price_micro_after")
            .fill_null(0)
            .sort_by("month")
            .last()
        )
    )
    whose = pl.concat([f.select(MAIN, "currency", "plan_id", "item", "period_from")
                       for f in (before, after)])  # fmt: skip
    main = (
        whose.sort(pl.col("item") != "main", "period_from")
        .unique(MAIN, keep="first", maintain_order=True)
        .select(MAIN, "currency", "plan_id")
    )
    priced = both.join(main, on=MAIN)
    return in_minor(
        in_minor(priced, "price_micro", "before_minor"),
        "price_micro_after",
        "after_minor",
    ).drop("price_micro", "price_micro_after")


def _changed(before: pl.DataFrame, after: pl.DataFrame, on: Horizon) -> pl.DataFrame:
    """Return the first piece of each agreement that costs otherwise, and why."""
    item = [MAIN, "item", "product_id"]
    ahead = pl.col("period_to") > on.on
    terms = [name for name in TERMS if not name.startswith("period")]
    price = ["plan_id", "full_minor", "rate_micro"]
    new = after.filter(ahead).select(*item, *TERMS)
    same = before.select(*item, "period_from", *price)
    other = new.join(
        same, on=[*item, "period_from", *price], how="anti", nulls_equal=True
    )
    was = before.select(*item, *terms, begin="period_from", finish="period_to")
    met = other.join(was, on=item, how="inner", suffix="_was").filter(
        (pl.col("begin") <= pl.col("period_from"))
        & (pl.col("finish") > pl.col("period_from"))
    )  # fmt: skip
    differs = {name: pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in terms}
    costs = differs["full_minor"] | differs["rate_micro"] | differs["plan_id"]
    why = (
        pl.when(differs["plan_id"])
        .then(pl.lit("plan"))
        .when(differs["list_minor"])
        .then(pl.lit("price"))
        .when(differs["full_minor"])
        .then(pl.lit("campaign"))
        .otherwise(pl.lit("vat"))
    )
    return (
        met.filter(costs)
        .with_columns(reason=why)
        .sort("period_from", "item")
        .group_by(MAIN, maintain_order=True)
        .agg(
            from_on=pl.max_horizontal(pl.col("period_from").first(), pl.lit(on.on)),
            reason=pl.col("reason").first(),
        )
    )


def _leaving(named: pl.DataFrame, leaving_micro: int) -> pl.DataFrame:
    """Say who leaves: a share of those who would pay more, whoever their hash picks."""
    rises = pl.col("after_minor") > pl.col("before_minor")
    leaving = share_of(int(named.select(rises.sum()).item()), leaving_micro)
    place = pl.col(MAIN).hash(seed=0).rank("ordinal").over(rises)
    return named.with_columns(leaves=rises & (place <= leaving))


def staying(
    payers: pl.DataFrame,
) -> Callable[[pl.DataFrame, pl.Expr], pl.DataFrame]:
    """Return a function that counts in rows only those who have not left by then.

    The rows have subscription_id, period_from and n; the expression says which of them
    leave with the one who leaves.
    """
    left = (
        payers.filter("leaves")
        .group_by(subscription_id="representative_id")
        .agg(left=pl.len().cast(pl.Int64), left_on=pl.col("from_on").min())
    )

    def counted(rows: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
        if left.is_empty():
            return rows
        gone = which & (pl.col("period_from") >= pl.col("left_on"))
        return (
            rows.join(left, on=MAIN, how="left")
            .with_columns(
                n=pl.col("n") - pl.when(gone).then("left").otherwise(0).fill_null(0)
            )
            .drop("left", "left_on")
        )

    return counted
