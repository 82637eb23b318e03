"""An agreement is what a customer subscribes to: a plan from a day, for a payer."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from billing.errors import Conflict, NotFound

QUANTITY = pl.Decimal(18, 6)
PAYMENT_METHODS = ("bankgiro", "autogiro", "card")

AGREEMENTS = pl.Schema(
    {
        "subscription_id": pl.String(),
        "customer_id": pl.String(),
        "payer_id": pl.String(),
        "recipient_id": pl.String(),
        "legal_entity": pl.String(),
        "plan_id": pl.String(),
        "quantity": QUANTITY,
        "agreed_minor": pl.Int64(),
        "campaign": pl.String(),
        "payment_method": pl.String(),
        "start_on": pl.Date(),
        "ended_on": pl.Date(),
        "billed_through": pl.Date(),
    }
)

REFUSALS = pl.Schema(
    {"row": pl.Int64, "field": pl.String, "message": pl.String, "remedy": pl.String}
)


class UnknownSubscription(NotFound):
    """No agreement has the number."""


class WrongAgreement(NotFound):
    """An agreement names something that does not exist."""


class AgreementDiffers(Conflict):
    """The number belongs to an agreement with other content."""


@dataclass(frozen=True, slots=True, eq=False)
class Subscribe:
    """Command: take agreements; columns of `AGREEMENTS`, nulls where a default will do.

    `campaign` is a code or a campaign's id, several joined by "+", taken in that order.
    `agreed_minor` is a price for this agreement alone, per cycle. `billed_through` says
    up to which day another system has billed it; billing begins there.
    """

    agreements: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Known:
    """What agreements may refer to.

    customers: customer_id. plans: plan_id, currency, first_on (of its first price).
    campaigns: campaign_id, code, valid_from, valid_to, plans (comma-separated or null),
    new_customers_only, stacks. entities: legal_entity. subscribers: customer_id of
    those who have had an agreement before. agreements: those that exist, by number,
    with customer_id, plan_id and start_on.
    """

    customers: pl.DataFrame
    plans: pl.DataFrame
    campaigns: pl.DataFrame
    entities: pl.DataFrame
    subscribers: pl.DataFrame
    agreements: pl.DataFrame


def agreements_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return agreements as a frame with every column; what is not said is null."""
    return pl.DataFrame(rows, schema=AGREEMENTS)


def completed(agreements: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return agreements with all columns and the defaults of the trade filled in."""
    missing = [name for name in AGREEMENTS if name not in agreements.columns]
    only = known.entities["legal_entity"]
    entity = only[0] if len(only) == 1 else None
    return (
        agreements.with_columns(
            pl.lit(None, AGREEMENTS[name]).alias(name) for name in missing
        )
        .select(AGREEMENTS.names())
        .cast(AGREEMENTS)
        .with_columns(
            pl.col("payer_id").fill_null(pl.col("customer_id")),
            pl.col("recipient_id").fill_null(pl.col("customer_id")),
            pl.col("legal_entity").fill_null(pl.lit(entity)),
            pl.col("quantity").fill_null(1),
            pl.col("payment_method").fill_null("bankgiro"),
        )
    )


def refusals(agreements: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return what is wrong, one row per wrong field.

    Columns: row (from 0), field, message, remedy.
    """
    rows = completed(agreements, known).with_row_index("row")
    found = [
        *_unknown(rows, "customer_id", known.customers, "register the customer first"),
        *_unknown(rows, "payer_id", known.customers, "register the payer first"),
        *_unknown(rows, "plan_id", known.plans, "see the catalogue for the plans"),
        *_unknown(rows, "legal_entity", known.entities, "name one of the companies"),
        _wrong(rows, "start_on", pl.col("start_on").is_null(), "give the first day"),
        _wrong(
            rows,
            "quantity",
            pl.col("quantity") <= 0,
            "give a number above zero",
        ),
        _wrong(
            rows,
            "ended_on",
            pl.col("ended_on") < pl.col("start_on"),
            "an agreement ends on or after its start",
        ),
        _wrong(
            rows,
            "payment_method",
            ~pl.col("payment_method").is_in(PAYMENT_METHODS),
            f"write one of {', '.join(PAYMENT_METHODS)}",
        ),
        _wrong(
            rows,
            "subscription_id",
            pl.col("subscription_id").is_not_null()
            & ~pl.col("subscription_id").is_first_distinct(),
            "the number stands twice in the file; keep one row",
        ),
        _before_plan(rows, known),
        _refused_campaigns(rows, known),
    ]
    return pl.concat(found).sort("row", "field")


def _wrong(rows: pl.DataFrame, field: str, wrong: pl.Expr, remedy: str) -> pl.DataFrame:
    said = pl.col(field).cast(pl.String).fill_null("nothing")
    return rows.filter(wrong).select(
        pl.col("row").cast(pl.Int64),
        field=pl.lit(field),
        message=pl.format(f"{field} is {{}}", said),
        remedy=pl.lit(remedy),
    )


def _unknown(
    rows: pl.DataFrame, field: str, known: pl.DataFrame, remedy: str
) -> list[pl.DataFrame]:
    column = known.columns[0]
    lost = rows.join(known, left_on=field, right_on=column, how="anti")
    return [
        lost.select(
            pl.col("row").cast(pl.Int64),
            field=pl.lit(field),
            message=pl.format(
                f"{field} {{}} is not known", pl.col(field).fill_null("nothing")
            ),
            remedy=pl.lit(remedy),
        )
    ]


def _before_plan(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    priced = rows.join(
        known.plans.select("plan_id", "first_on"), on="plan_id", how="inner"
    )
    return _wrong(
        priced,
        "start_on",
        (pl.col("start_on") < pl.col("first_on")) & pl.col("agreed_minor").is_null(),
        "the plan has no price so early; start later or give the plan an earlier price",
    )


def taken_campaigns(agreements: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the campaigns each agreement takes, in order.

    Columns: those of the agreements with `row`, and code, campaign_id (null: unknown),
    valid_from, valid_to, plans, new_customers_only, stacks.
    """
    named = (
        agreements.drop_nulls("campaign")
        .with_columns(code=pl.col("campaign").str.split("+"))
        .explode("code")
        .with_columns(turn=pl.int_range(pl.len()).over("row"))
    )
    by_name = pl.concat(
        [
            known.campaigns.with_columns(name=pl.col("code")),
            known.campaigns.with_columns(name=pl.col("campaign_id")),
        ]
    ).drop_nulls("name")
    return named.join(
        by_name.drop("code").unique("name"), left_on="code", right_on="name", how="left"
    ).sort("row", "turn")


def _refused_campaigns(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    taken = taken_campaigns(rows, known)
    plan_fits = pl.col("plans").is_null() | pl.col("plans").str.split(
        ","
    ).list.contains(pl.col("plan_id"))
    in_time = (
        pl.col("valid_from").is_null() | (pl.col("start_on") >= pl.col("valid_from"))
    ) & (pl.col("valid_to").is_null() | (pl.col("start_on") < pl.col("valid_to")))
    known_before = taken.select("row", "customer_id").join(
        known.subscribers, on="customer_id", how="semi"
    )
    returning = pl.col("new_customers_only") & pl.col("row").is_in(
        known_before["row"].implode()
    )
    alone = pl.col("stacks") | (pl.len().over("row") == 1)
    remedy = (
        pl.when(pl.col("campaign_id").is_null())
        .then(pl.lit("there is no such campaign; leave it out or name one that exists"))
        .when(~plan_fits)
        .then(pl.lit("the campaign is not for this plan"))
        .when(~in_time)
        .then(pl.lit("the campaign is not open on the first day"))
        .when(returning)
        .then(pl.lit("the campaign is for new customers"))
        .when(~alone)
        .then(pl.lit("the campaign cannot be combined with another"))
    )
    return (
        taken.with_columns(remedy=remedy)
        .drop_nulls("remedy")
        .select(
            pl.col("row").cast(pl.Int64),
            field=pl.lit("campaign"),
            message=pl.format("campaign {} is refused", "code"),
            remedy="remedy",
        )
    )
