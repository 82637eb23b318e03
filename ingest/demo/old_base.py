"""The old base is what the demo's company takes over on its first day, bills included.

Its last invoices are worked out from the price list by hand, without the engine: a
shadow run over them compares two ways to a price.
"""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from ingest.demo import draw, offers, orders
from ingest.demo.world import World

VAT = {"papper": "0.06", "helg": "0.06", "digital": "0.06"}
TEAM_VAT, TEAM_PRICE = Decimal("0.25"), Decimal(95)
CENT = Decimal("0.01")
MONTHS = {"month": "-1mo", "quarter": "-3mo", "year": "-12mo"}
UNPAID_PERMILLE = 150
TERMS_DAYS = 20


def files(world: World, most: int | None = None) -> dict[str, bytes]:
    """Return the files of a base that moves in: at most so many agreements."""
    opening = orders.orders(world).filter("is_opening").sort("n")
    every = opening if most is None else opening.head(most)
    listed = orders.opening_files(every)
    names = ("customers.csv", "agreements.csv", "mandates.csv")
    billed = _billed(world, every)
    return {
        **dict(zip(names, listed.values(), strict=True)),
        "open_invoices.csv": orders.written(_open(world, billed)),
        "past_invoices.csv": orders.written(_past(billed)),
    }


def _billed(world: World, every: pl.DataFrame) -> pl.DataFrame:
    """Return the last invoice of each agreement: its period, net, VAT and number."""
    first = pl.col("billed_through").dt.offset_by(
        pl.col("plan_id").replace_strict(
            {plan: MONTHS[said[2]] for plan, said in offers.PLANS.items()},
            default=MONTHS["month"],
            return_dtype=pl.String,
        )
    )
    prices = pl.DataFrame(
        [(plan, *_prices(said[0], said[3])) for plan, said in offers.PLANS.items()],
        schema=["plan_id", "net", "vat"],
        orient="row",
    )
    team = pl.col("plan_id") == offers.TEAM
    seats = pl.col("quantity").cast(pl.Decimal(18, 2)) * TEAM_PRICE
    return (
        every.join(prices, on="plan_id", how="left", maintain_order="left")
        .with_columns(
            invoice_id=pl.format("G{}", pl.lit(700_000) + pl.col("n")),
            period_from=pl.max_horizontal(first, "start_on"),
            net=pl.when(team).then(seats).otherwise("net").cast(pl.Decimal(18, 2)),
            vat=pl.when(team)
            .then((seats * TEAM_VAT).cast(pl.Decimal(18, 2)))
            .otherwise("vat")
            .cast(pl.Decimal(18, 2)),
        )
        .with_columns(
            issued_on=pl.min_horizontal("period_from", pl.lit(world.begins)),
            gross=pl.col("net") + pl.col("vat"),
        )
        .filter(pl.col("period_from") <= pl.lit(world.begins))
    )


def _prices(product: str, before: str) -> tuple[Decimal, Decimal]:
    """Return net and VAT of a price that has its VAT in it."""
    gross, rate = Decimal(before), Decimal(VAT[product])
    vat = (gross * rate / (1 + rate)).quantize(CENT, ROUND_HALF_UP)
    return gross - vat, vat


def _past(billed: pl.DataFrame) -> pl.DataFrame:
    return billed.select(
        "invoice_id",
        "customer_id",
        "subscription_id",
        "plan_id",
        "issued_on",
        "period_from",
        "net",
        "vat",
        invoice_line=pl.lit(1),
        period_through=pl.col("billed_through") - pl.duration(days=1),
        text=pl.format("Prenumeration {}", "plan_id"),
    )


def _open(world: World, billed: pl.DataFrame) -> pl.DataFrame:
    """Return those that have not been paid, under the numbers of the old system."""
    unpaid = draw.permille(pl.col("n"), world.topic("unpaid")) < UNPAID_PERMILLE
    return billed.filter(unpaid).select(
        "invoice_id",
        "customer_id",
        "issued_on",
        "payment_method",
        reference=pl.format("{}", pl.lit(70_000_000) + pl.col("n")),
        due_on=pl.col("issued_on") + pl.duration(days=TERMS_DAYS),
        amount="gross",
    )
