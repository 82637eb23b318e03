"""An agreement is what a customer subscribes to: a plan from a day, for a payer."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from billing.errors import Conflict, Invalid, NotFound
from billing.subscriptions import first_period, taking
from billing.subscriptions.taking import History

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
        "giver_id": pl.String(),
        "price_list": pl.String(),
        "anchor": pl.String(),
        "first_period": pl.String(),
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


class OtherCycle(Conflict):
    """The agreement to share cycles with has cycles of another length."""


class TooLongAgo(Invalid):
    """The agreement would begin further back than anything can be claimed."""


class PayerIsBehind(Conflict):
    """The payer owes too much for too long to order more."""


class NotOnTrial(Conflict):
    """The agreement has no trial that it would stop after."""


@dataclass(frozen=True, slots=True, eq=False)
class Subscribe:
    """Command: take agreements; columns of `AGREEMENTS`, nulls where a default will do.

    `campaign` is a code or a campaign's id, several joined by "+", taken in that order.
    `agreed_minor` is a price for this agreement alone, per cycle. `billed_through` says
    up to which day another system has billed it; billing begins there. `giver_id` pays
    for what another has. `anchor` is "subscription", "calendar", a day of the month, or
    the number of an agreement whose cycles it shares; `first_period` lets the first
    period be the "rest_of_month", the "rest_of_year", or last until a date.
    `override` is the reason for taking orders of a payer who is behind.
    """

    agreements: pl.DataFrame
    override: str | None = None


@dataclass(frozen=True, slots=True)
class KeepAfterTrial:
    """Command: an agreement that would stop after its trial goes on, and is paid."""

    subscription_id: str


@dataclass(frozen=True, slots=True)
class Known:
    """What agreements may refer to.

    customers: customer_id, standing_id (who it is after merges), country. plans:
    plan_id, currency, first_on (of its first price), and its cycle and term as
    `terms.PLANS` names them. listed: plan_id, price_list, list_currency, market,
    first_on. campaigns: the columns of `rules.TERMS`, and first_period, binding_count,
    binding_unit, exit_fee_kind, exit_fee_minor. codes: name (a code or a campaign's
    id), campaign_id, code_max_uses, code_valid_to. entities: legal_entity. agreements:
    those that exist, by number, with customer_id, payer_id, plan_id and started_on.
    history: what has been before, as `taking.History`.
    """

    customers: pl.DataFrame
    plans: pl.DataFrame
    listed: pl.DataFrame
    campaigns: pl.DataFrame
    codes: pl.DataFrame
    entities: pl.DataFrame
    agreements: pl.DataFrame
    history: History


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
            payer_id=pl.coalesce("payer_id", "giver_id", "customer_id"),
            recipient_id=pl.coalesce("recipient_id", "customer_id"),
            legal_entity=pl.col("legal_entity").fill_null(pl.lit(entity)),
            quantity=pl.col("quantity").fill_null(1),
            payment_method=pl.col("payment_method").fill_null("bankgiro"),
        )
    )


def refusals(agreements: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return what is wrong, one row per wrong field.

    Columns: row (from 0), field, message, remedy.
    """
    rows = completed(agreements, known).with_row_index("row")
    customer = known.customers.select("customer_id")
    found = [
        *_unknown(rows, "customer_id", customer, "register the customer first"),
        *_unknown(rows, "payer_id", customer, "register the payer first"),
        *_unknown(rows, "recipient_id", customer, "register the recipient first"),
        *_unknown(rows, "plan_id", known.plans, "see the catalogue for the plans"),
        *_unknown(rows, "legal_entity", known.entities, "name one of the companies"),
        *(_wrong(rows, *wrong) for wrong in WRONGS),
        _before_plan(rows, known),
        _unlisted(rows, known),
        _strange_anchors(rows, known),
        taking.refused(
            rows, taking.Offers(known.campaigns, known.codes), known.history
        ),
    ]
    return pl.concat(found).sort("row", "field")


def require(new: pl.DataFrame, known: Known) -> None:
    """Refuse agreements of which something is wrong, with the first that is."""
    wrong = refusals(new, known)
    if not wrong.is_empty():
        first = wrong.row(0, named=True)
        raise WrongAgreement(
            f"row {first['row'] + 1}: {first['message']}; {first['remedy']}",
            field=first["field"],
        )


def offers(known: Known) -> taking.Offers:
    """Return what campaigns may be named, and by which names."""
    return taking.Offers(known.campaigns, known.codes)


def _standing(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Call customers what they are after merges: their history is one."""
    standing = known.customers.select("customer_id", "standing_id")
    return rows.join(
        standing, on="customer_id", how="left", maintain_order="left"
    ).with_columns(customer_id=pl.coalesce("standing_id", "customer_id"))


# A field, when it is wrong, and what to do.
WRONGS: list[tuple[str, pl.Expr, str]] = [
    ("start_on", pl.col("start_on").is_null(), "give the first day"),
    ("quantity", pl.col("quantity") <= 0, "give a number above zero"),
    (
        "ended_on",
        pl.col("ended_on") < pl.col("start_on"),
        "an agreement ends on or after its start",
    ),
    (
        "payment_method",
        ~pl.col("payment_method").is_in(PAYMENT_METHODS),
        f"write one of {', '.join(PAYMENT_METHODS)}",
    ),
    (
        "subscription_id",
        pl.col("subscription_id").is_not_null()
        & ~pl.col("subscription_id").is_first_distinct(),
        "the number stands twice in the file; keep one row",
    ),
    (
        "giver_id",
        pl.col("giver_id") == pl.col("customer_id"),
        "a gift is for somebody else; leave the giver out",
    ),
    (
        "payer_id",
        pl.col("giver_id").is_not_null() & (pl.col("payer_id") != pl.col("giver_id")),
        "the giver pays for a gift; leave the payer out",
    ),
    (
        "first_period",
        pl.col("first_period").is_not_null() & pl.col("anchor").is_not_null(),
        "a first period says when the cycles begin; leave the anchor out",
    ),
    (
        "first_period",
        pl.col("first_period").is_not_null()
        & (first_period.ends() <= pl.col("start_on")).fill_null(value=True),
        "write rest_of_month, rest_of_year, or a date after the start",
    ),
]


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
    first = known.listed.select("plan_id", "price_list", listed_on="first_on")
    priced = (
        price_lists(rows, known)
        .join(known.plans.select("plan_id", "first_on"), on="plan_id")
        .join(first, on=["plan_id", "price_list"], how="left")
        .with_columns(first_on=pl.coalesce("listed_on", "first_on"))
    )
    return _wrong(
        priced,
        "start_on",
        (pl.col("start_on") < pl.col("first_on")) & pl.col("agreed_minor").is_null(),
        "the plan has no price so early; start later or give the plan an earlier price",
    )


def price_lists(agreements: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Give agreements the list that is named, or that of the payer's country, or none.

    Changed is price_list ("": none), added is currency (null: the list is not known).
    """
    markets = known.listed.drop_nulls("market").unique(
        ["plan_id", "market"], keep="first", maintain_order=True
    )
    by_market = agreements.join(
        known.customers.select("customer_id", market="country"),
        left_on="payer_id",
        right_on="customer_id",
        how="left",
        maintain_order="left",
    ).join(
        markets.select("plan_id", "market", of_market="price_list"),
        on=["plan_id", "market"],
        how="left",
        maintain_order="left",
    )
    own = known.plans.select("plan_id", "currency", price_list=pl.lit(""))
    currencies = known.listed.select("plan_id", "price_list", currency="list_currency")
    return (
        by_market.with_columns(
            price_list=pl.coalesce("price_list", "of_market", pl.lit(""))
        )
        .drop("market", "of_market")
        .join(
            pl.concat([own.select(currencies.columns), currencies]),
            on=["plan_id", "price_list"],
            how="left",
            maintain_order="left",
        )
    )


def _unlisted(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    named = price_lists(rows, known).join(
        known.plans.select("plan_id"), on="plan_id", how="semi"
    )
    return _wrong(
        named,
        "price_list",
        pl.col("currency").is_null(),
        "the plan has no price in the list; name another, or leave it out",
    )


def _strange_anchors(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Refuse what is no anchor, and to share cycles with another payer's agreement."""
    own = first_period.is_own_anchor()
    there = rows.drop_nulls("anchor").filter(~own).join(
        known.agreements.select(anchor="subscription_id", other_payer="payer_id"),
        on="anchor",
        how="left",
    )  # fmt: skip
    lost = pl.col("other_payer").is_null()
    return pl.concat(
        [
            _wrong(
                there,
                "anchor",
                lost,
                "write subscription, calendar, a day from 1 to 31, or the number of "
                "an agreement",
            ),
            _wrong(
                there,
                "anchor",
                ~lost & (pl.col("other_payer") != pl.col("payer_id")),
                "only agreements of one payer share their cycles",
            ),
        ]
    )
