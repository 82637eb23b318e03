"""Quotes in the books: made at the engine's prices, signed, declined."""

import json
from datetime import date
from typing import Any

import polars as pl

from billing.books.commands import first_bills, order_limits
from billing.books.commands.subscriptions import (
    EVERYBODY,
    Begun,
    asked,
    begin,
    recorded,
)
from billing.books.facts import to_json
from billing.books.handle import Given
from billing.books.references import About, known
from billing.decision import Decision
from billing.subscriptions import agreement
from billing.subscriptions.agreement import AGREEMENTS, Known
from billing.subscriptions.quote import (
    ACTIVATIONS,
    DeclineQuote,
    Quote,
    QuoteIsClosed,
    SignQuote,
    UnknownQuote,
    WrongQuote,
    reference,
)

SERIES = "quote"
FIRST_NUMBER = 100001
SIGNATURE = "signature"


def quote(command: Quote, given: Given) -> Decision:
    """Record an offer with what its first invoice and its first year come to."""
    _check(command, given.moment.on)
    orders = asked(command.agreements)
    facts, agreements = _tried(orders, given)
    number = given.next_number(EVERYBODY, SERIES, start=FIRST_NUMBER)
    effect = first_bills.effect(agreements, facts, given)
    row = {
        "quote_id": f"Q{number}",
        "customer_id": agreements["payer_id"][0],
        "agreements": json.loads(to_json(orders.to_dicts())),
        "valid_until": command.valid_until,
        "activation": command.activation,
        "reference": None if command.activation == SIGNATURE else reference(number),
        "currency": agreements["currency"][0],
        "first_minor": effect["next_run"]["total_minor"],
        "quoted_on": given.moment.on,
    }
    told = ("quote_id", "reference", "currency", "first_minor")
    return Decision(
        rows={"quotes": [row]},
        answer={
            **{name: row[name] for name in told},
            "valid_until": command.valid_until.isoformat(),
            "year_minor": effect["first_year"]["total_minor"],
            "effect": effect,
        },
        counters={(EVERYBODY, SERIES): number + 1},
    )


def _check(command: Quote, on: date) -> None:
    if command.activation not in ACTIVATIONS:
        raise WrongQuote(
            f"activation is {command.activation!r}; say {' or '.join(ACTIVATIONS)}",
            field="activation",
        )
    if command.valid_until < on:
        raise WrongQuote(
            f"the quote would be valid until {command.valid_until}, which is past; "
            "give a later day",
            field="valid_until",
        )
    if command.agreements.is_empty():
        raise WrongQuote("a quote offers something; give an agreement")


def _tried(orders: pl.DataFrame, given: Given) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the facts and the agreements that the orders would become today."""
    reference_now = known(given.books.read, About.orders(orders))
    complete = completed(orders, reference_now, given.moment.on)
    agreement.require(complete, reference_now)
    order_limits.check(complete, None, given)
    if complete["payer_id"].n_unique() != 1 or complete["legal_entity"].n_unique() != 1:
        raise WrongQuote("a quote has one payer and one seller; make several quotes")
    begun = begin(complete, reference_now, given)
    return begun.facts, begun.agreements


def completed(orders: pl.DataFrame, reference_now: Known, on: date) -> pl.DataFrame:
    """Return orders with defaults; what has no first day begins on the day."""
    return agreement.completed(
        orders.with_columns(pl.col("start_on").fill_null(pl.lit(on))), reference_now
    )


def sign_quote(command: SignQuote, given: Given) -> Decision:
    """Record that a quote is signed, and begin its agreements unless a payment must."""
    if not command.evidence.strip():
        raise WrongQuote(
            "say with evidence how the signature is known", field="evidence"
        )
    found = open_quote(command.quote_id, given)
    if "signed" in found["steps"]:
        raise QuoteIsClosed(f"quote {command.quote_id} is signed already")
    taken = step(command.quote_id, "signed", command.evidence, given)
    if found["activation"] != SIGNATURE:
        due = {name: found[name] for name in ("reference", "currency", "first_minor")}
        return Decision(
            rows={"quote_steps": [taken]},
            answer={"quote_id": command.quote_id, "state": "signed", **due},
        )
    begun = activated([found], given.moment.on, given)
    decision = recorded(begun, given)
    active = step(command.quote_id, "activated", "signature", given)
    return Decision(
        rows={"quote_steps": [taken, active], **decision.rows},
        answer={
            "quote_id": command.quote_id,
            "state": "activated",
            **decision.answer,
        },
        counters=decision.counters,
        positions=decision.positions,
        events=decision.events,
    )


def decline_quote(command: DeclineQuote, given: Given) -> Decision:
    """Record that a quote is not wanted."""
    open_quote(command.quote_id, given)
    taken = step(command.quote_id, "declined", command.reason, given)
    return Decision(
        rows={"quote_steps": [taken]},
        answer={"quote_id": command.quote_id, "state": "declined"},
    )


def open_quote(quote_id: str, given: Given) -> dict[str, Any]:
    """Hold a quote until the commit and return it with its steps; refuse a closed one.

    Raises UnknownQuote, QuoteIsClosed.
    """
    given.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('quote ' || %s, 0))",
        (quote_id,),
    )
    found = given.rows(
        "select quotes.*, array(select step from quote_steps"
        " where quote_steps.quote_id = quotes.quote_id) as steps"
        " from quotes where quote_id = %s",
        (quote_id,),
    )
    if not found:
        raise UnknownQuote(f"there is no quote {quote_id}")
    closed = {"declined", "lapsed", "activated"} & set(found[0]["steps"])
    if closed:
        raise QuoteIsClosed(f"quote {quote_id} is {closed.pop()}; make a new one")
    if found[0]["valid_until"] < given.moment.on:
        raise QuoteIsClosed(
            f"quote {quote_id} was valid until {found[0]['valid_until']}; make a new "
            "one"
        )
    return found[0]


def activated(quotes: list[dict[str, Any]], on: date, given: Given) -> Begun:
    """Return the agreements that quotes become; those without a start begin on the day.

    Raises what refuses an order.
    """
    orders = pl.concat([offered(row) for row in quotes])
    order_limits.hold(orders, given)
    reference_now = known(given.books.read, About.orders(orders))
    complete = completed(orders.drop("quote_id"), reference_now, on)
    agreement.require(complete, reference_now)
    order_limits.check(complete, None, given)
    return begin(
        complete.with_columns(quote_id=orders["quote_id"]), reference_now, given
    )


def offered(row: dict[str, Any]) -> pl.DataFrame:
    """Return what a quote offers as orders, with its number as quote_id."""
    texts = [
        {k: None if v is None else str(v) for k, v in order.items()}
        for order in row["agreements"]
    ]
    told = pl.DataFrame(texts, schema=dict.fromkeys(AGREEMENTS, pl.String()))
    days = [name for name, kind in AGREEMENTS.items() if kind == pl.Date]
    return told.with_columns(
        pl.col(days).str.to_date(), pl.col("quantity").cast(AGREEMENTS["quantity"])
    ).cast(AGREEMENTS).with_columns(quote_id=pl.lit(row["quote_id"]))  # fmt: skip


def step(quote_id: str, name: str, evidence: str, given: Given) -> dict[str, Any]:
    """Return a step of a quote as a row: signed, declined, lapsed or activated."""
    return {
        "quote_id": quote_id,
        "step": name,
        "on_date": given.moment.on,
        "evidence": evidence,
    }
