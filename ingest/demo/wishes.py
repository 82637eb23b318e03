"""Wishes are what readers ask for later: another plan, more seats, a pause, the end."""

from datetime import date

import polars as pl

from ingest.demo import draw, offers
from ingest.demo.orders import written
from ingest.demo.world import World, exported_on

# Of a thousand readers this many leave in a month.
CHURN_PERMILLE = 7
LONGEST_MONTHS = 240
MILLION = 1_000_000
CHANGE_PERMILLE = 130
PAUSE_PERMILLE = 50
SEATS_PERMILLE = 350
AT_ONCE_PERMILLE = 60
# From plan → to plan, and when: upgrades at once, downgrades at renewal.
STEPS = {
    "digital-manad": ("papper-manad", "now"),
    "helg-manad": ("papper-manad", "now"),
    "papper-manad": ("helg-manad", "renewal"),
}
REASONS = (
    "för dyrt", "läser för lite", "flyttar", "utebliven tidning", "läser gratis",
    "delar med granne", "avliden", "vill inte säga",
)  # fmt: skip
COLUMNS = (
    "subscription_id", "change", "effective", "until_on", "plan_id", "quantity",
    "reason",
)  # fmt: skip
WISHES = pl.Schema(
    {
        "subscription_id": pl.String,
        "change": pl.String,
        "effective": pl.String,
        "until_on": pl.Date,
        "plan_id": pl.String,
        "quantity": pl.Int64,
        "reason": pl.String,
        "asked_on": pl.Date,
    }
)


def wishes(world: World, every: pl.DataFrame) -> pl.DataFrame:
    """Return everything ever asked for, one row each, with asked_on and exported_on.

    Nobody asks for anything who leaves anyhow, or has left.
    """
    lives = _lives(world, every.filter(pl.col("ended_on").is_null()))
    found = pl.concat(
        [
            _cancellations(world, lives),
            _steps(world, lives),
            _seats(world, lives),
            *(
                _pauses(world, lives, year)
                for year in range(world.begins.year, world.through.year + 1)
            ),
        ]
    )
    sent = found.with_columns(exported_on=exported_on(pl.col("asked_on")))
    return sent.filter(pl.col("exported_on") <= world.through).sort(
        "exported_on", "subscription_id"
    )


def due(every: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return what the shop sends on a day."""
    return every.filter(pl.col("exported_on") == day)


def wish_file(rows: pl.DataFrame) -> bytes:
    """Return the shop's export of changes."""
    return written(rows.select(COLUMNS))


def _lives(world: World, every: pl.DataFrame) -> pl.DataFrame:
    """Return agreements with the day from which they may change, and of leaving."""
    months = _survival()
    lot = draw.below(pl.col("n"), world.topic("life"), MILLION)
    first = pl.max_horizontal("start_on", "billed_through", pl.lit(world.begins))
    return (
        every.with_columns(lot=lot, ready_on=first + pl.duration(days=3))
        .sort("lot")
        .join_asof(months, left_on="lot", right_on="upto", strategy="forward")
        .with_columns(
            leaves_on=pl.col("ready_on")
            + pl.duration(
                days=pl.col("month") * 30
                + draw.below(pl.col("n"), world.topic("day"), 30)
            )
        )
        .drop("lot", "upto")
        .sort("n")
    )


def _survival() -> pl.DataFrame:
    """Return the share, in millionths, that has left by the end of each month."""
    staying, rows = MILLION, []
    for month in range(LONGEST_MONTHS):
        staying = staying * (draw.PERMILLE - CHURN_PERMILLE) // draw.PERMILLE
        rows.append((month, MILLION - staying))
    rows.append((LONGEST_MONTHS, MILLION))
    return pl.DataFrame(rows, schema=["month", "upto"], orient="row")


def _cancellations(world: World, lives: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("n")
    now = draw.permille(key, world.topic("at once")) < AT_ONCE_PERMILLE
    leaving = lives.filter(pl.col("leaves_on") < world.through).drop(
        "plan_id", "quantity"
    )
    return _wished(
        leaving.with_columns(
            change=pl.lit("cancel"),
            effective=pl.when(now).then(pl.lit("now")).otherwise(pl.lit("period_end")),
            reason=draw.pick(key, world.topic("reason"), REASONS),
            asked_on="leaves_on",
        )
    )


def _steps(world: World, lives: pl.DataFrame) -> pl.DataFrame:
    """Return one change of plan for some, a few months after they began."""
    key = pl.col("n")
    wants = draw.permille(key, world.topic("step")) < CHANGE_PERMILLE
    wait = 45 + draw.below(key, world.topic("step day"), 600)
    plan = pl.col("plan_id")
    return _wished(
        _staying(
            lives.filter(wants & plan.is_in(list(STEPS))).with_columns(
                change=pl.lit("plan"),
                effective=plan.replace_strict(
                    {p: when for p, (_, when) in STEPS.items()}
                ),
                plan_id=plan.replace_strict({p: to for p, (to, _) in STEPS.items()}),
                asked_on=pl.col("ready_on") + pl.duration(days=wait),
            ),
            world,
        ).drop("quantity")
    )


def _seats(world: World, lives: pl.DataFrame) -> pl.DataFrame:
    """Return other numbers of seats: firms grow more often than they shrink."""
    key = pl.col("n")
    wants = draw.permille(key, world.topic("more seats")) < SEATS_PERMILLE
    wait = 60 + draw.below(key, world.topic("seat day"), 500)
    more = draw.below(key, world.topic("how many"), 8) - 2
    seats = pl.max_horizontal(pl.lit(1), pl.col("quantity") + more)
    return _wished(
        _staying(
            lives.filter(wants & (pl.col("plan_id") == offers.TEAM) & (more != 0))
            .with_columns(
                change=pl.lit("quantity"),
                effective=pl.lit("now"),
                asked_on=pl.col("ready_on") + pl.duration(days=wait),
                quantity=seats,
            )
            .drop("plan_id"),
            world,
        )
    )


def _pauses(world: World, lives: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the summer's pauses: readers of paper are away in July."""
    key, topic = pl.col("n"), world.topic(f"pause {year}")
    wants = draw.permille(key, topic) < PAUSE_PERMILLE
    paper = pl.col("plan_id").str.starts_with("papper")
    first = pl.lit(date(year, 7, 1)) + pl.duration(
        days=draw.below(key, world.topic(f"away {year}"), 20)
    )
    days = 10 + draw.below(key, world.topic(f"back {year}"), 19)
    rows = lives.filter(wants & paper).with_columns(from_on=first)
    return _wished(
        _staying(
            rows.with_columns(
                change=pl.lit("pause"),
                effective=pl.col("from_on").dt.strftime("%Y-%m-%d"),
                until_on=pl.col("from_on") + pl.duration(days=days),
                asked_on=pl.col("from_on") - pl.duration(days=9),
            ).drop("plan_id", "quantity"),
            world,
        )
    )


def _staying(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    """Return the wishes of those who stay at least for another month."""
    asked, leaves = pl.col("asked_on"), pl.col("leaves_on")
    stays = (leaves > asked + pl.duration(days=40)) | (leaves >= world.through)
    return rows.filter((asked > pl.col("ready_on")) & stays)


def _wished(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in WISHES if name not in rows.columns]
    whole = rows.with_columns(
        pl.lit(None, WISHES[name]).alias(name) for name in missing
    )
    return whole.select(WISHES.names()).cast(WISHES)
