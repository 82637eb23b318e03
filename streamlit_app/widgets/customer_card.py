"""The parts of a customer's card: the head, the balances, the agreements, the lists."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from billing.books import listings, queries
from billing.errors import NotFound
from streamlit_app import desk
from streamlit_app.widgets import agreement_change, empty, numbers, table, timeline
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.url_select import url_segments
from streamlit_app.widgets.wording import name_of, text

INVOICES = [
    Column("invoice_id", width=120),
    Column("kind", "code", "kind"),
    Column("issued_on", "date"),
    Column("due_on", "date"),
    Column("total_minor", "money"),
    Column("open_minor", "money"),
    Column("reference", width=130),
    Column("state", "code", "invoice_state"),
]
PAYMENTS = [
    Column("booked_on", "date"),
    Column("amount_minor", "money"),
    Column("method", "code", "method"),
    Column("payer_name", width="medium"),
    Column("reference"),
    Column("payment_id"),
]
HISTORY = [
    Column("at", "clock", width=140),
    Column("kind", "code", "event", width=150),
    Column("text", width="large"),
    Column("object_id", width="medium"),
    Column("actor"),
    Column("source", "code", "source"),
]
LOGS = ("happened", "changes")
COLOURS = {"active": "green", "paused": "orange", "ended": "gray", "coming": "blue"}


def head(customer_id: str) -> dict[str, Any] | None:
    """Draw who the customer is; None where there is no such customer."""
    try:
        found = queries.customer(desk.books(), customer_id)
    except NotFound:
        return None
    if found.is_empty():
        return None
    customer = found.row(0, named=True)
    st.title(table.escaped(customer["name"]))
    street = " ".join(filter(None, [customer.get("postal_code"), customer.get("city")]))
    facts = [
        customer["customer_id"],
        name_of("customer_kind", customer["kind"]),
        masked(customer),
        customer.get("address_line"),
        street,
        customer.get("email"),
        customer.get("phone"),
    ]
    st.caption(" · ".join(table.escaped(str(fact)) for fact in facts if fact))
    return customer


def masked(customer: dict[str, Any]) -> str | None:
    """Return the identity number; a person's without its last four digits."""
    number = customer.get("identity_number")
    if number and "*" not in number and customer["kind"] == "person":
        return f"{number[:-4]}****"
    return number


def balances(customer_id: str, currency: str) -> None:
    """Draw what the customer owes now, and how much of it is overdue."""
    owed = queries.balance(desk.books(), customer_id, desk.moment().on)
    with st.container(horizontal=True):
        for name in ("balance_minor", "overdue_minor"):
            st.metric(
                text(f"card.{name}"),
                numbers.money(owed[name], currency),
                border=True,
                width=260,
            )
    st.caption(text("label.now"))


def agreements(found: pl.DataFrame) -> None:
    """Draw each agreement with what it is, and the buttons that change it."""
    if found.is_empty():
        empty.nothing("agreements")
    for agreement in found.to_dicts():
        with st.container(border=True):
            _agreement(agreement)
            agreement_change.buttons(agreement)
            number = agreement["subscription_id"]
            st.page_link(
                "operations/subscriptions.py",
                label=text("card.open_agreement", number=number),
                icon=":material/arrow_forward:",
                query_params={"subscription": number},
            )


def _agreement(agreement: dict[str, Any]) -> None:
    state = agreement["state"]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{table.escaped(agreement['plan_name'])}**", width="content")
        st.badge(name_of("agreement_state", state), color=COLOURS.get(state, "gray"))
    st.caption(facts(agreement))


def facts(agreement: dict[str, Any]) -> str:
    """Return what an agreement is, in a line."""
    known = [
        ("subscription_id", agreement["subscription_id"]),
        ("quantity", _quantity(agreement["quantity"])),
        ("started_on", numbers.day(agreement["started_on"])),
        ("ended_on", numbers.day(agreement["ended_on"])),
        ("next_on", numbers.day(agreement["next_on"])),
        ("payment_method", name_of("method", agreement["payment_method"])),
        ("campaign", agreement["campaign"]),
    ]
    said = [
        f"{text(f'column.{name}')}: {table.escaped(str(value))}"
        for name, value in known
        if value
    ]
    return " · ".join(said)


def _quantity(quantity: Any) -> str:  # noqa: ANN401 - a decimal or nothing
    return "" if quantity is None else numbers.count(quantity.normalize())


def listed(found: pl.DataFrame, columns: Sequence[Column], name: str) -> list[int]:
    """Draw a list of the card, or why it is empty; return the selected rows."""
    if found.is_empty():
        empty.nothing(name)
        return []
    return table.show(found, columns, name=name, select="single-cell")


def history(customer_id: str) -> None:
    """Draw what has been changed of the customer, and what has happened to it."""
    view = url_segments(
        text("card.history"), "log", LOGS, lambda code: name_of("card_log", code)
    )
    if view == "changes":
        timeline.draw("customer", customer_id)
        return
    happened = queries.history_of(desk.books(), customer_id)
    if happened.is_empty():
        empty.nothing("history")
    else:
        table.show(happened, HISTORY, name="history")


def plans() -> pl.DataFrame:
    """Return the plans that an agreement may change to, as the books have them."""
    return listings.plans(desk.books(), desk.moment().on)
