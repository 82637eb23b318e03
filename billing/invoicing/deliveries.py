"""What is sold by deliveries is counted in them: a cycle is a number of deliveries.

A cycle begins on the day of its first delivery and ends where the next one would begin
if nothing came between. A delivery that a pause leaves out is not used up: the cycle
stays what it was, and the next one begins later.
"""

import polars as pl

from billing.invoicing.base import Base

ITEM = ["subscription_id", "item", "plan_id", "plan_from_on"]
CALENDAR = pl.Schema(
    {"product_id": pl.String(), "day": pl.Date(), "ordinal": pl.Int64()}
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 7


def usual_days() -> pl.Expr:
    """Return how many days a cycle lasts when no delivery falls out.

    Campaigns count the periods of a plan that is sold by deliveries in these.
    """
    weekly = pl.col("delivery_weekdays").str.split(",").list.len().cast(pl.Int64)
    return (pl.col("every_count") * WEEK).floordiv(weekly.fill_null(1))


def calendar(products: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """Return the days of each product's deliveries among the days, numbered from 0.

    `products`: product_id, delivery_weekdays ("mon,thu"), delivery_except (days).
    """
    known = products.select(
        "product_id", "delivery_weekdays", "delivery_except"
    ).unique("product_id")
    weekday = pl.col("day").dt.weekday().cast(pl.Int64) - 1
    every = pl.DataFrame({"day": days}).with_columns(weekday=weekday)
    numbered = {name: n for n, name in enumerate(WEEKDAYS)}
    wanted = (
        known.drop_nulls("delivery_weekdays")
        .select("product_id", name=pl.col("delivery_weekdays").str.split(","))
        .explode("name")
        .with_columns(
            weekday=pl.col("name").replace_strict(numbered, return_dtype=pl.Int64)
        )
    )
    excepted = (
        known.select("product_id", day=pl.col("delivery_except").str.split(","))
        .explode("day")
        .filter(pl.col("day").str.len_chars() > 0)
        .with_columns(pl.col("day").str.to_date("%Y-%m-%d"))
    )
    return (
        wanted.join(every, on="weekday")
        .join(excepted, on=["product_id", "day"], how="anti")
        .sort("product_id", "day")
        .select(
            "product_id",
            "day",
            ordinal=pl.int_range(pl.len()).over("product_id").cast(pl.Int64),
        )
    )


def _spanning(frame: pl.DataFrame, first: pl.Expr, last: pl.Expr) -> pl.DataFrame:
    """Return the calendar of a frame's products, two cycles past the last day."""
    excepted = pl.col("delivery_except").fill_null("").str.count_matches(",") + 1
    beyond = usual_days() * 2 + (excepted.cast(pl.Int64) + 2) * WEEK
    begin, end = frame.select(
        first.min(), last=last.max() + pl.duration(days=beyond.max())
    ).row(0)
    days = pl.date_range(begin, end, eager=True).alias("day")
    return calendar(frame, days)


def _counted(frame: pl.DataFrame, known: pl.DataFrame, **days: str) -> pl.DataFrame:
    """Add how many deliveries of the calendar lie before the days of some columns."""
    found = frame
    for name, day in days.items():
        counts = known.select("product_id", "day", pl.col("ordinal").alias(name))
        found = (
            found.sort(day)
            .join_asof(
                counts.sort("day"),
                left_on=day,
                right_on="day",
                by="product_id",
                strategy="forward",
                check_sortedness=False,
                coalesce=False,
            )
            .drop("day")
        )
    return found


def _dated(frame: pl.DataFrame, known: pl.DataFrame, **ordinals: str) -> pl.DataFrame:
    """Add the days of deliveries that columns number."""
    found = frame
    for name, ordinal in ordinals.items():
        days = known.select("product_id", pl.col("day").alias(name), at="ordinal")
        found = found.join(
            days,
            left_on=["product_id", ordinal],
            right_on=["product_id", "at"],
            how="left",
        )
    return found


def cycles(held: pl.DataFrame) -> pl.DataFrame:
    """Cut the intervals, up to their `finish` and one further, into cycles.

    `held` has the columns of `charges.of_plans` and finish; added are cycle_from,
    cycle_to, period_from and period_to. to_on is kept where the interval ends in the
    cycle, as the end of its piece.
    """
    nowhere = held.filter("undelivered").with_columns(
        cycle_from="from_on",
        cycle_to=pl.col("from_on") + pl.duration(days=1),
    ).with_columns(period_from="cycle_from", period_to="cycle_to")  # fmt: skip
    delivered = held.filter(~pl.col("undelivered"))
    if delivered.is_empty():
        return nowhere
    known = _spanning(
        delivered,
        pl.col("from_on"),
        pl.max_horizontal("finish", pl.col("to_on"), pl.col("from_on")),
    )
    placed = _numbered(_counted(
        delivered, known, before_from="from_on", before_to="to_on",
        before_finish="finish",
    ))  # fmt: skip
    dated = _dated(
        placed,
        known,
        cycle_from="cycle_at",
        cycle_to="cycle_end_at",
        period_from="at",
        period_to="end_at",
    )
    ends_here = pl.col("to_on").is_not_null() & pl.col("is_last")
    return pl.concat(
        [
            nowhere,
            dated.with_columns(to_on=pl.when(ends_here).then("period_to")).select(
                nowhere.columns
            ),
        ]
    )


def _numbered(counted: pl.DataFrame) -> pl.DataFrame:
    """Give each interval its pieces of cycles, by the numbers of their deliveries.

    Deliveries are counted from where the item took its plan, over all its intervals.
    """
    size = pl.col("every_count")
    made = pl.col("before_to") - pl.col("before_from")
    so_far = pl.col("before_finish") - pl.col("before_from")
    upto = pl.col("earlier") + pl.col("made")
    begin = pl.max_horizontal(pl.col("k") * size, "earlier")
    end = pl.min_horizontal((pl.col("k") + 1) * size, upto)
    at = pl.col("before_from") + begin - pl.col("earlier")
    starts = pl.when(begin == pl.col("k") * size).then(pl.col("at"))
    return (
        counted.sort(*ITEM, "from_on")
        .with_columns(made=made)
        .with_columns(
            earlier=pl.col("made").shift(1, fill_value=0).cum_sum().over(ITEM)
        )
        .with_columns(
            first=pl.col("earlier").floordiv(size),
            last=pl.min_horizontal(
                (pl.col("earlier") + so_far).floordiv(size) + 1,
                (upto - 1).floordiv(size),
            ),
        )
        .with_columns(k=pl.int_ranges("first", pl.col("last") + 1))
        .explode("k")
        .drop_nulls("k")
        .with_columns(at=at, length=end - begin, is_last=end == upto, begin=begin)
        .with_columns(cycle_at=starts.max().over([*ITEM, "k"]))
        .drop_nulls("cycle_at")
        .with_columns(at=pl.col("cycle_at") + pl.col("begin") - pl.col("k") * size)
        .with_columns(
            end_at=pl.col("at") + pl.col("length"),
            cycle_end_at=pl.col("cycle_at") + size,
        )
    )


def bounded(base: Base, pieces: pl.DataFrame) -> pl.DataFrame:
    """Add how many deliveries a cycle has, and how many of them a piece begins after.

    `pieces` has plan_id, cycle_from, cycle_to, period_from and period_to; added are
    units (in the cycle), units_before and units_until.
    """
    sold = base.plans.select("plan_id", "every_count", calendar_of="product_id").join(
        base.products.rename({"product_id": "calendar_of"}), on="calendar_of"
    )
    keyed = pieces.join(
        sold.select(
            "plan_id", "every_count", "calendar_of", "delivery_weekdays",
            "delivery_except",
        ),
        on="plan_id",
    ).rename({"product_id": "part_of", "calendar_of": "product_id"})  # fmt: skip
    known = _spanning(keyed, pl.col("cycle_from"), pl.col("cycle_to"))
    counted = _counted(
        keyed, known, first="cycle_from", past="cycle_to", begun="period_from",
        done="period_to",
    )  # fmt: skip
    return (
        counted.with_columns(
            units=pl.max_horizontal(pl.col("past") - pl.col("first"), 1),
            units_before=pl.col("begun") - pl.col("first"),
            units_until=pl.col("done") - pl.col("first"),
        )
        .drop("product_id")
        .rename({"part_of": "product_id"})
        .select(*pieces.columns, "units", "units_before", "units_until")
    )
