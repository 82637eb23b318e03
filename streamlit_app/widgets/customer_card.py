"""The parts of a customer's card: the head, the balances, the agreements, the lists."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from billing.books import listings, queries
from billing.errors import NotFound
from streamlit_app import desk
from streamlit_app.widgets import agreement_change, empty, numbers, table
from streamlit_app.widgets.table import Column
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
    if number and customer["kind"] == "person":
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


def _agreement(agreement: dict[str, Any]) -> None:
    state = agreement["state"]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{table.escaped(agreement['plan_name'])}**", width="content")
        st.badge(name_of("agreement_state", state), color=COLOURS.get(state, "gray"))
    facts = [
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
        for name, value in facts
        if value
    ]
    st.caption(" · ".join(said))


def _quantity(quantity: Any) -> str:  # noqa: ANN401 - a decimal or nothing
    return "" if quantity is None else numbers.count(quantity.normalize())


def listed(found: pl.DataFrame, columns: Sequence[Column], name: str) -> list[int]:
    """Draw a list of the card, or why it is empty; return the selected rows."""
    if found.is_empty():
        empty.nothing(name)
        return []
    return table.show(found, columns, name=name, select="single-cell")


def plans() -> pl.DataFrame:
    """Return the plans that an agreement may change to, as the books have them."""
    return listings.plans(desk.books(), desk.moment().on)
