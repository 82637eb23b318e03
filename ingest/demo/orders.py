"""Orders are what the shop sells: who starts what when, by which campaign."""

from datetime import date, timedelta

import polars as pl

from billing import periods
from ingest.demo import draw, offers
from ingest.demo.people import people
from ingest.demo.world import World, exported_on, start_day

OPENING_PERMILLE = 620
OLDEST_DAYS = 2400
# How many start, month by month, as a share of a usual month: seasons of a newspaper.
SEASON = (135, 95, 110, 90, 75, 60, 50, 120, 150, 125, 160, 105)
PLAN_WEIGHTS = {
    "papper-manad": 24, "papper-kvartal": 14, "papper-ar": 9, "helg-manad": 15,
    "helg-kvartal": 6, "digital-manad": 19, "digital-ar": 7, offers.PACKAGE: 6,
}  # fmt: skip
AUTOGIRO_PERMILLE = 330
CAMPAIGN_PERMILLE = 420
WRONG_PERMILLE = 4
# Of the new ones, so many order for three or six months only; of those whom the old
# system hands over, so many have given notice to it.
LIMITED_PERMILLE, NOTICE_PERMILLE = 330, 110
SEATS = 24
CLEARING = "5000"
CUSTOMER_COLUMNS = (
    "customer_id", "kind", "identity_number", "name", "vat_number", "email", "phone",
    "address_line", "postal_code", "city", "country", "language", "delivery",
)  # fmt: skip
AGREEMENT_COLUMNS = (
    "subscription_id", "customer_id", "plan_id", "quantity", "campaign",
    "payment_method", "start_on", "ended_on", "billed_through",
)  # fmt: skip
MANDATE_COLUMNS = ("customer_id", "payer_number", "bank_account", "event", "signed_on")


def orders(world: World) -> pl.DataFrame:
    """Return everything ever ordered, one row each.

    The columns of customers, agreements and mandates, and: n, is_opening, ordered_on,
    exported_on, and is_wrong (the shop first sends a wrong identity number).
    """
    return _started(world, _planned(world, people(world))).with_columns(
        exported_on=exported_on(pl.col("ordered_on")),
        signed_on=pl.max_horizontal("ordered_on", pl.lit(world.begins)),
        is_wrong=~pl.col("is_opening")
        & (draw.permille(pl.col("n"), world.topic("typo")) < WRONG_PERMILLE),
        quantity=pl.when(pl.col("plan_id") == offers.TEAM)
        .then(2 + draw.below(pl.col("n"), world.topic("seats"), SEATS))
        .otherwise(pl.lit(1, pl.Int64)),
    )


def opening_files(every: pl.DataFrame) -> dict[str, bytes]:
    """Return what the old system hands over: customers, agreements, active mandates."""
    opening = every.filter(pl.col("is_opening"))
    mandates = opening.filter(pl.col("bank_account").is_not_null()).with_columns(
        event=pl.lit("active")
    )
    return {
        "1-kunder.csv": written(opening.select(CUSTOMER_COLUMNS)),
        "2-avtal.csv": written(opening.select(AGREEMENT_COLUMNS)),
        "3-medgivanden.csv": written(mandates.select(MANDATE_COLUMNS)),
    }


def order_file(new: pl.DataFrame) -> bytes:
    """Return the shop's export: customer, agreement and mandate in a row each."""
    named = new.with_columns(event=pl.lit("requested"))
    columns = list(
        dict.fromkeys((*CUSTOMER_COLUMNS, *AGREEMENT_COLUMNS[:-1], *MANDATE_COLUMNS))
    )
    return written(named.select(columns))


def mistyped(rows: pl.DataFrame) -> pl.DataFrame:
    """Return orders with the last digit of their identity number wrong."""
    last = pl.col("identity_number").str.tail(1).cast(pl.Int64)
    wrong = pl.col("identity_number").str.head(-1) + ((last + 1) % 10).cast(pl.String)
    return rows.with_columns(identity_number=wrong)


def written(frame: pl.DataFrame) -> bytes:
    """Return a frame as a shop in Sweden sends it: semicolons, UTF-8."""
    return frame.write_csv(separator=";", line_terminator="\r\n").encode("utf-8")


def _planned(world: World, everybody: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("n")
    autogiro = draw.permille(key, world.topic("autogiro")) < AUTOGIRO_PERMILLE
    person = pl.col("kind") == "person"
    digits = pl.col("customer_id").str.slice(1)
    account = 10_000_000 + draw.below(key, world.topic("account"), 89_999_999)
    return everybody.with_columns(
        subscription_id=pl.format("P{}", digits),
        plan_id=pl.when(person)
        .then(draw.weighted(key, world.topic("plan"), PLAN_WEIGHTS))
        .otherwise(pl.lit(offers.TEAM)),
        payment_method=pl.when(person & autogiro)
        .then(pl.lit("autogiro"))
        .otherwise(pl.lit("bankgiro")),
        payer_number=pl.when(person & autogiro).then(digits),
        # Clearing 4 digits and account 12, as Autogiro files have it.
        bank_account=pl.when(person & autogiro).then(
            pl.lit(CLEARING) + account.cast(pl.String).str.zfill(12)
        ),
        is_opening=draw.permille(key, world.topic("opening")) < OPENING_PERMILLE,
    ).with_columns(
        # The old system knew no packages.
        plan_id=pl.when(pl.col("is_opening") & (pl.col("plan_id") == offers.PACKAGE))
        .then(pl.lit("digital-manad"))
        .otherwise("plan_id")
    )


def _started(world: World, planned: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("n")
    ago = 8 + draw.below(key, world.topic("since"), OLDEST_DAYS)
    lots = _lots(world)
    ordered = (
        planned.with_columns(
            lot=draw.below(key, world.topic("arrival"), int(lots["upto"][-1]))
        )
        .sort("lot")
        .join_asof(
            lots, left_on="lot", right_on="upto", strategy="forward",
            allow_exact_matches=False,
        )
        .sort("n")
    )  # fmt: skip
    begins = pl.lit(world.begins)
    dated = ordered.with_columns(
        ordered_on=pl.when("is_opening")
        .then(begins - pl.duration(days=ago + 7))
        .otherwise("day"),
        start_on=pl.when("is_opening")
        .then(start_day(begins - pl.duration(days=ago + 31)))
        .otherwise(start_day(pl.col("day") + pl.duration(days=8))),
    )
    return (
        dated.with_columns(
            billed_through=pl.when("is_opening").then(_cycle_end(world.begins, 0)),
            campaign=_campaign(world),
        )
        .with_columns(ended_on=_ended_on(world))
        .drop("lot", "upto", "day")
    )


def _ended_on(world: World) -> pl.Expr:
    """Return where those end who order for a while, or have given notice before."""
    key = pl.col("n")
    lot = draw.permille(key, world.topic("limited"))
    months = pl.when(lot < LIMITED_PERMILLE // 2).then(pl.lit("3mo"))
    person = pl.col("kind") == "person"
    limited = person & ~pl.col("is_opening") & (lot < LIMITED_PERMILLE)
    limited = limited & ~pl.col("plan_id").str.ends_with("-ar")
    noticed = pl.col("is_opening") & (lot < NOTICE_PERMILLE)
    return (
        pl.when(limited)
        .then(pl.col("start_on").dt.offset_by(months.otherwise(pl.lit("6mo"))))
        .when(noticed & (lot % 2 == 0))
        .then(_cycle_end(world.begins, 1))
        .when(noticed)
        .then(_cycle_end(world.begins, 4))
    )


def _lots(world: World) -> pl.DataFrame:
    """Return days on which orders come, with the running sum of their weights."""
    last = max(world.begins, world.through - timedelta(days=8))
    days = pl.DataFrame({"day": pl.date_range(world.begins, last, eager=True)})
    weights = dict(enumerate(SEASON, start=1))
    weight = pl.col("day").dt.month().cast(pl.Int64).replace_strict(weights)
    return days.with_columns(upto=weight.cast(pl.Int64).cum_sum())


def _cycle_end(day: date, later: int) -> pl.Expr:
    """Return where the cycle ends that holds the day, or one some cycles later."""
    unit = pl.col("plan_id").replace_strict(
        {plan: unit for plan, (_, _, unit, _, _) in offers.PLANS.items()},
        default="month",
        return_dtype=pl.String,
    )
    cycle = periods.Cycle(
        months=unit.replace_strict(periods.MONTHS, return_dtype=pl.Int64),
        days=pl.lit(0),
        anchor=pl.col("start_on"),
    )
    return cycle.start(cycle.index(pl.lit(day)) + 1 + later)


def _campaign(world: World) -> pl.Expr:
    """Return the code that a new reader gives: the season's, or what always runs."""
    key, start = pl.col("n"), pl.col("start_on")
    takes = draw.permille(key, world.topic("campaign")) < CAMPAIGN_PERMILLE
    monthly = pl.col("plan_id").is_in(offers.MONTHLY) & ~pl.col("is_opening")
    year = (start.dt.year() % 100).cast(pl.String).str.zfill(2)
    # Open from a day to a day: see the campaigns of the catalogue.
    place = start.dt.month().cast(pl.Int64) * 100 + start.dt.day().cast(pl.Int64)
    autumn, spring = place.is_between(825, 1230), place.is_between(301, 629)
    code = (
        pl.when(autumn)
        .then(pl.format("{}{}", pl.lit(offers.AUTUMN), year))
        .when(spring)
        .then(pl.format("{}{}", pl.lit(offers.SPRING), year))
        .otherwise(pl.lit(offers.TRIAL))
    )
    steps = pl.col("plan_id") == offers.PACKAGE
    return (
        pl.when(takes & monthly)
        .then(code)
        .when(takes & steps & ~pl.col("is_opening"))
        .then(pl.lit(offers.STEPS))
    )


def due(every: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return what the shop sends on a day, with what it got wrong the last time."""
    first = every.filter(~pl.col("is_opening") & (pl.col("exported_on") == day))
    wrong = mistyped(first.filter("is_wrong"))
    again = every.filter(pl.col("is_wrong") & (_corrected_on() == day))
    return pl.concat([first.filter(~pl.col("is_wrong")), wrong, again])


def _corrected_on() -> pl.Expr:
    return exported_on(pl.col("exported_on"))
