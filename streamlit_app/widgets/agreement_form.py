"""The form of a new agreement: what, for whom, from when, what it costs first."""

from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from billing.books import listings
from billing.subscriptions.agreement import (
    PAYMENT_METHODS,
    Subscribe,
    agreements_frame,
)
from streamlit_app import desk
from streamlit_app.widgets import amounts, dialog, effect, numbers, search, shelf, table
from streamlit_app.widgets.dialog import Doing, Opened
from streamlit_app.widgets.wording import name_of, text

Said = dict[str, Any]
ANCHORS = ("plan", "subscription", "calendar", "day", "other")
FIRST = ("none", "rest_of_month", "rest_of_year", "date")
PARTIES = ("payer_id", "recipient_id", "giver_id")


def dialog_if_open() -> None:
    """Draw the form while it is open."""
    found = dialog.opened("agreement")
    if found is not None:
        dialog.draw(found, _form)


def _form(found: Opened) -> None:
    said = _what() | _money() | _parties(found.about) | _periods(found.about)
    said = {name: value for name, value in said.items() if value not in (None, "")}
    if "plan_id" not in said:
        st.caption(text("taking.choose_plan"))
        return
    said["customer_id"] = found.about
    if not st.toggle(text("taking.preview"), key="taking-preview"):
        st.caption(text("taking.preview_help"))
        return
    doing = Doing(
        Subscribe(agreements_frame([said])),
        text("taking.do"),
        "subscribed",
        _effect,
        same=tuple(sorted((name, str(value)) for name, value in said.items())),
    )
    if dialog.do(doing, found) is not None:
        st.rerun()


def _what() -> Said:
    """Draw plan, quantity, first day and campaign."""
    on = desk.moment().on
    plans = listings.plans(desk.books(), on)
    names = dict(plans.select("plan_id", "name").sort("name").rows())
    plan = st.selectbox(
        text("change.plan"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=text("idea.choose"),
        key="taking-plan",
    )
    first, second, third = st.columns([2, 1, 2])
    start = first.date_input(
        text("field.start_on"), on, format="YYYY-MM-DD", key="taking-start"
    )
    with second:
        quantity = amounts.field(text("field.quantity"), key="taking-n", example="1")
    campaign = third.text_input(text("field.campaign"), key="taking-campaign").strip()
    return {
        "plan_id": plan,
        "start_on": start,
        "quantity": quantity or Decimal(1),
        "campaign": campaign or None,
    }


def _money() -> Said:
    """Draw price list, way of payment and a price of its own."""
    lists = dict(shelf.known().price_lists.select("price_list", "name").rows())
    first, second = st.columns(2)
    method = first.selectbox(
        text("column.payment_method"),
        PAYMENT_METHODS,
        format_func=lambda code: name_of("method", code),
        key="taking-method",
    )
    if not lists:
        return {"payment_method": method}
    price_list = second.selectbox(
        text("field.price_list"),
        ["", *lists],
        format_func=lambda code: lists.get(code, text("taking.own_list")),
        key="taking-list",
    )
    return {"payment_method": method, "price_list": price_list or None}


def _parties(customer_id: str) -> Said:
    """Draw who pays, receives and gives, where that is somebody else."""
    with st.expander(text("taking.parties")):
        st.caption(text("taking.parties_help", customer=customer_id))
        return {
            name: _customer(name, place)
            for name, place in zip(PARTIES, st.columns(3), strict=True)
        }


def _customer(name: str, place: Any) -> str | None:  # noqa: ANN401 - Streamlit's own
    """Draw the search for a customer in a role; return the number, or nothing."""
    with place:
        words = st.text_input(text(f"field.{name}"), key=f"taking-{name}").strip()
        if not words:
            return None
        found = search.customers(words, 1)
        if found.is_empty():
            st.caption(f":red[{text('refusal.UnknownCustomer')}]")
            return words
        row = found.row(0, named=True)
        st.caption(f"→ {row['customer_id']} {table.escaped(row['name'])}")
        return str(row["customer_id"])


def _periods(customer_id: str) -> Said:
    """Draw from when cycles count, and how long the first one is."""
    with st.expander(text("taking.periods")):
        first, second = st.columns(2)
        anchor = first.selectbox(
            text("taking.anchor"),
            ANCHORS,
            format_func=lambda code: name_of("anchor", code),
            key="taking-anchor",
        )
        odd = second.selectbox(
            text("offer.first_period"),
            FIRST,
            format_func=lambda code: name_of("first_period", code),
            key="taking-first",
        )
        with first:
            anchored = _anchor(anchor, customer_id)
        with second:
            if odd == "date":
                until = st.date_input(
                    text("taking.first_until"), None, format="YYYY-MM-DD"
                )
                return {"anchor": anchored, "first_period": until and str(until)}
    return {"anchor": anchored, "first_period": None if odd == "none" else odd}


def _anchor(anchor: str, customer_id: str) -> str | None:
    """Draw the day of the month, or the agreement to share an invoice with."""
    if anchor == "day":
        return str(st.number_input(text("taking.day"), 1, 28, 1))
    if anchor == "other":
        from billing.books import queries

        others = queries.subscriptions_of(
            desk.books(), customer_id, desk.moment().on
        ).filter(pl.col("state") == "active")
        return st.selectbox(text("taking.with"), others["subscription_id"].to_list())
    return None if anchor == "plan" else anchor


def _effect(answer: dict[str, Any]) -> None:
    """Draw the first invoice that the agreement gets, and what a year costs."""
    company = desk.company()
    currency = company.currency if company else "SEK"
    told = answer["effect"]
    st.markdown(text("taking.first_invoice", day=told["issued_on"]))
    effect.totals(told["next_run"], currency)
    effect.lines(told["lines"])
    year = numbers.money(told["first_year"].get("total_minor", 0), currency)
    st.caption(text("taking.first_year", total=year))
