"""Taking agreements.

What they may refer to is loaded, and their first facts are appended.
"""

import polars as pl

from billing.books.handle import Given
from billing.books.session import Reader
from billing.decision import Decision, events
from billing.invoicing.timeline import MAIN
from billing.subscriptions import agreement
from billing.subscriptions.agreement import (
    AgreementDiffers,
    Known,
    Subscribe,
    WrongAgreement,
)

SERIES = "subscription"
FIRST_NUMBER = 100001
EVERYBODY = ""


def known(read: Reader) -> Known:
    """Return what agreements may refer to, as it is recorded now."""
    return Known(
        customers=read("select customer_id from customers"),
        plans=read(
            "select plan_id, min(valid_from) as first_on,"
            " (array_agg(plans.currency order by plans.seq desc))[1] as currency"
            " from price_versions inner join plans using (plan_id) group by plan_id"
        ),
        campaigns=read(
            "select campaign_id, code, lower(valid) as valid_from,"
            " upper(valid) as valid_to, plans, new_customers_only, stacks"
            " from campaigns"
        ),
        entities=read("select distinct legal_entity from company_profiles"),
        subscribers=read("select distinct customer_id from subscriptions"),
        agreements=read(
            "select subscription_id, customer_id, started_on, plan_id"
            " from subscriptions inner join subscription_changes as change"
            " using (subscription_id) where change.kind = 'start'"
        ),
    )


def subscribe(command: Subscribe, given: Given) -> Decision:
    """Record new agreements with their start, campaigns and end; known ones stay."""
    reference = known(given.books.read)
    agreements = agreement.completed(command.agreements, reference)
    new = agreements.join(
        reference.agreements, on="subscription_id", how="anti", nulls_equal=False
    )
    _refuse_others(agreements, reference)
    _refuse_wrong(new, reference)
    numbered, following = _numbered(new, given)
    return Decision(
        rows={
            "subscriptions": _headers(numbered, reference),
            "subscription_changes": _first_facts(numbered, reference),
        },
        answer={
            "subscription_ids": numbered["subscription_id"].to_list(),
            "subscribed": numbered.height,
            "unchanged": agreements.height - numbered.height,
        },
        counters={(EVERYBODY, SERIES): following} if following else {},
        positions=numbered.select(
            "subscription_id",
            next_on=pl.lit(given.moment.on),
            settled_on=pl.lit(None, pl.Date),
        ),
        events=events(
            "subscription.started", "subscription", numbered["subscription_id"]
        ),
    )


def _refuse_others(agreements: pl.DataFrame, reference: Known) -> None:
    clash = agreements.join(
        reference.agreements, on="subscription_id", suffix="_known"
    ).filter(
        (pl.col("customer_id") != pl.col("customer_id_known"))
        | (pl.col("plan_id") != pl.col("plan_id_known"))
        | (pl.col("start_on") != pl.col("started_on"))
    )
    if not clash.is_empty():
        raise AgreementDiffers(
            f"agreement {clash['subscription_id'][0]} exists with another customer, "
            "plan or start; give the new agreement a number of its own"
        )


def _refuse_wrong(new: pl.DataFrame, reference: Known) -> None:
    wrong = agreement.refusals(new, reference)
    if not wrong.is_empty():
        first = wrong.row(0, named=True)
        raise WrongAgreement(
            f"row {first['row'] + 1}: {first['message']}; {first['remedy']}",
            field=first["field"],
        )


def _numbered(new: pl.DataFrame, given: Given) -> tuple[pl.DataFrame, int | None]:
    nameless = new["subscription_id"].null_count()
    if nameless == 0:
        return new, None
    first = given.next_number(EVERYBODY, SERIES, start=FIRST_NUMBER)
    rank = pl.col("subscription_id").is_null().cum_sum() - 1
    number = pl.format("S{}", pl.lit(first) + rank)
    named = new.with_columns(pl.col("subscription_id").fill_null(number))
    return named, first + nameless


def _headers(agreements: pl.DataFrame, reference: Known) -> pl.DataFrame:
    return agreements.join(
        reference.plans.select("plan_id", "currency"), on="plan_id"
    ).select(
        "subscription_id", "customer_id", "payer_id", "recipient_id", "legal_entity",
        "currency", "payment_method", started_on="start_on",
    )  # fmt: skip


def _first_facts(agreements: pl.DataFrame, reference: Known) -> pl.DataFrame:
    """Return start, campaigns and end as facts, in that order for each agreement."""
    begun = pl.max_horizontal("start_on", "billed_through")
    starts = agreements.select(
        "subscription_id", "plan_id", "quantity", "agreed_minor",
        kind=pl.lit("start"), item=pl.lit(MAIN), effective_on=begun, order=pl.lit(0),
    )  # fmt: skip
    taken = agreement.taken_campaigns(agreements.with_row_index("row"), reference)
    campaigns = taken.select(
        "subscription_id", "campaign_id", kind=pl.lit("campaign"), item=pl.lit(MAIN),
        effective_on="start_on", order=pl.lit(1) + pl.col("turn").cast(pl.Int32),
    )  # fmt: skip
    ended = agreements.drop_nulls("ended_on").select(
        "subscription_id", kind=pl.lit("cancel"), effective_on="ended_on",
        order=pl.lit(99),
    )  # fmt: skip
    return (
        pl.concat([starts, campaigns, ended], how="diagonal")
        .sort("subscription_id", "order")
        .with_columns(
            change_id=pl.format(
                "{}/{}",
                "subscription_id",
                pl.int_range(1, pl.len() + 1).over("subscription_id"),
            )
        )
        .drop("order")
    )
