"""Taking agreements.

What they may refer to is loaded, and their first facts are appended.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from billing.books.commands import first_bills, order_limits
from billing.books.commands.co_terms import co_terms
from billing.books.handle import Given
from billing.books.references import About, known
from billing.decision import Decision, events
from billing.invoicing.timeline import MAIN
from billing.subscriptions import agreement, first_period, taking, terms
from billing.subscriptions.agreement import (
    AgreementDiffers,
    KeepAfterTrial,
    Known,
    NotOnTrial,
    Subscribe,
    UnknownSubscription,
)

SERIES = "subscription"
FIRST_NUMBER = 100001
EVERYBODY = ""
CAMPAIGNS_TAKEN = 2


@dataclass(frozen=True, slots=True)
class Begun:
    """New agreements by number, complete, with their first facts and terms.

    `agreements` has the columns of `AGREEMENTS`, currency and quote_id; `facts` are
    rows of subscription_changes, in the order of recording.
    """

    agreements: pl.DataFrame
    facts: pl.DataFrame
    terms: terms.Terms
    following: int | None


def subscribe(command: Subscribe, given: Given) -> Decision:
    """Record new agreements with their start, campaigns and end; known ones stay."""
    order_limits.hold(command.agreements, given)
    reference = known(given.books.read, About.orders(asked(command.agreements)))
    agreements = agreement.completed(command.agreements, reference)
    new = agreements.join(
        reference.agreements, on="subscription_id", how="anti", nulls_equal=False
    )
    _refuse_others(agreements, reference)
    agreement.require(new, reference)
    order_limits.check(new, command.override, given)
    begun = begin(new, reference, given)
    decision = recorded(begun, given, reason=command.override)
    unchanged = {"unchanged": agreements.height - new.height}
    effect = (
        {"effect": first_bills.effect(begun.agreements, begun.facts, given)}
        if given.preview and new.height
        else {}
    )
    return Decision(
        rows=decision.rows,
        answer={**decision.answer, **unchanged, **effect},
        counters=decision.counters,
        positions=decision.positions,
        events=decision.events,
    )


def asked(agreements: pl.DataFrame) -> pl.DataFrame:
    """Return agreements with every column of `AGREEMENTS`, null where not said."""
    missing = [n for n in agreement.AGREEMENTS if n not in agreements.columns]
    return agreements.with_columns(
        pl.lit(None, agreement.AGREEMENTS[name]).alias(name) for name in missing
    ).select(agreement.AGREEMENTS.names())


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


def begin(new: pl.DataFrame, reference: Known, given: Given) -> Begun:
    """Give new agreements numbers and first facts; nothing is recorded yet.

    `new` has the columns of `AGREEMENTS`, and may have quote_id.
    """
    if "quote_id" not in new.columns:
        new = new.with_columns(quote_id=pl.lit(None, pl.String))
    numbered, following = _numbered(new, given)
    priced = agreement.price_lists(numbered, reference)
    taken = _taken(priced, reference)
    # The first campaign that has an odd first period gives it to who asks for none.
    odd = taken.drop_nulls("first_period").unique(
        "subscription_id", keep="first", maintain_order=True
    )
    periods = priced.join(
        odd.select("subscription_id", of_campaign="first_period"),
        on="subscription_id",
        how="left",
        maintain_order="left",
    ).with_columns(
        first_period=pl.when(pl.col("anchor").is_null())
        .then(pl.coalesce("first_period", "of_campaign"))
        .otherwise("first_period")
    )
    found = terms.terms(priced, reference.plans, taken)
    facts = _first_facts(periods, taken, found)
    shared = co_terms(priced, reference.plans, given)
    return Begun(priced, _in_order([*facts, shared]), found, following)


def _numbered(new: pl.DataFrame, given: Given) -> tuple[pl.DataFrame, int | None]:
    nameless = new["subscription_id"].null_count()
    if nameless == 0:
        return new, None
    first = given.next_number(EVERYBODY, SERIES, start=FIRST_NUMBER)
    rank = pl.col("subscription_id").is_null().cum_sum() - 1
    number = pl.format("S{}", pl.lit(first) + rank)
    named = new.with_columns(pl.col("subscription_id").fill_null(number))
    return named, first + nameless


def _taken(agreements: pl.DataFrame, reference: Known) -> pl.DataFrame:
    """Return the campaigns that agreements take, with what these say of the start."""
    own = agreements.select("subscription_id", "campaign", "start_on")
    numbered = own.with_row_index("row")
    return taking.taken(numbered, agreement.offers(reference))


def _first_facts(
    agreements: pl.DataFrame, taken: pl.DataFrame, found: terms.Terms
) -> list[pl.DataFrame]:
    """Return start, anchor, campaigns and ends as facts with their order."""
    begun = pl.max_horizontal("start_on", "billed_through")
    starts = agreements.select(
        "subscription_id", "plan_id", "quantity", "agreed_minor",
        kind=pl.lit("start"), item=pl.lit(MAIN), effective_on=begun, order=pl.lit(0),
    )  # fmt: skip
    anchors = first_period.anchor_facts(agreements).with_columns(
        kind=pl.lit("anchor"), order=pl.lit(1)
    )
    campaigns = taken.join(found.paid_from, on="subscription_id").select(
        "subscription_id", "campaign_id", "code", kind=pl.lit("campaign"),
        item=pl.lit(MAIN), effective_on="paid_from",
        order=CAMPAIGNS_TAKEN + pl.col("turn").cast(pl.Int32),
    )  # fmt: skip
    stops = found.stops.with_columns(kind=pl.lit("cancel")).with_columns(
        reason=pl.when(pl.col("reason") != "agreed").then("reason")
    )
    return [starts, anchors, campaigns, stops]


def _in_order(facts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the facts of each agreement, numbered in the order of recording."""
    return (
        pl.concat(facts, how="diagonal_relaxed")
        .sort("subscription_id", "order", maintain_order=True)
        .with_columns(
            change_id=pl.format(
                "{}/{}",
                "subscription_id",
                pl.int_range(1, pl.len() + 1).over("subscription_id"),
            )
        )
        .drop("order")
    )


def recorded(begun: Begun, given: Given, *, reason: str | None = None) -> Decision:
    """Return the rows of new agreements, and what follows from them."""
    agreements = begun.agreements
    of_start = pl.when(pl.col("kind") == "start").then(pl.lit(reason, pl.String))
    facts = begun.facts.with_columns(
        reason=pl.coalesce("reason", of_start)
        if "reason" in begun.facts.columns
        else of_start
    )
    counters = {(EVERYBODY, SERIES): begun.following} if begun.following else {}
    return Decision(
        rows={"subscriptions": _headers(begun), "subscription_changes": facts},
        answer={
            "subscription_ids": agreements["subscription_id"].to_list(),
            "subscribed": agreements.height,
        },
        counters=counters,
        positions=agreements.select(
            "subscription_id",
            next_on=pl.lit(given.moment.on),
            settled_on=pl.lit(None, pl.Date),
        ),
        events=events(
            "subscription.started", "subscription", agreements["subscription_id"]
        ),
    )


def _headers(begun: Begun) -> pl.DataFrame:
    return begun.agreements.join(
        begun.terms.bound, on="subscription_id", how="left", maintain_order="left"
    ).select(
        "subscription_id", "customer_id", "payer_id", "recipient_id", "legal_entity",
        "currency", "payment_method", "giver_id", "price_list", "bound_until",
        "exit_fee_kind", "exit_fee_minor", "quote_id", started_on="start_on",
    )  # fmt: skip


def keep_after_trial(command: KeepAfterTrial, given: Given) -> Decision:
    """Take back the end of a trial, so that the agreement goes on and is paid."""
    found = given.rows(
        "select change_id, effective_on, exists (select from subscription_changes as"
        " undo where undo.undoes = ending.change_id) as kept"
        " from subscription_changes as ending where subscription_id = %s"
        " and kind = 'cancel' and reason = %s",
        (command.subscription_id, terms.TRIAL_ENDED),
    )
    _require_trial(command.subscription_id, found, given)
    if found[0]["kept"]:
        return Decision(answer={"subscription_id": command.subscription_id})
    number = given.rows(
        "select count(*) + 1 as n from subscription_changes where subscription_id = %s",
        (command.subscription_id,),
    )[0]["n"]
    fact = {
        "change_id": f"{command.subscription_id}/{number}",
        "subscription_id": command.subscription_id,
        "kind": "undo",
        "undoes": found[0]["change_id"],
        "effective_on": given.moment.on,
        "reason": "kept after the trial",
    }
    return Decision(
        rows={"subscription_changes": [fact]},
        answer={
            "subscription_id": command.subscription_id,
            "change_id": fact["change_id"],
            "effective_on": found[0]["effective_on"].isoformat(),
        },
        touched=(command.subscription_id,),
    )


def _require_trial(
    subscription_id: str, found: list[dict[str, Any]], given: Given
) -> None:
    if not found:
        if not given.rows(
            "select 1 from subscriptions where subscription_id = %s", (subscription_id,)
        ):
            raise UnknownSubscription(f"there is no agreement {subscription_id}")
        raise NotOnTrial(
            f"agreement {subscription_id} has no trial that it stops after; "
            "there is nothing to keep"
        )
    ended: date = found[0]["effective_on"]
    if ended <= given.moment.on and not found[0]["kept"]:
        raise NotOnTrial(
            f"the trial of agreement {subscription_id} has ended on {ended}; "
            "take a new agreement"
        )
