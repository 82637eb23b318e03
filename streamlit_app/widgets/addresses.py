"""The addresses of a customer: home, and stays elsewhere with two dates."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import addresses
from billing.customers.address import PURPOSES, SetTemporaryAddress, WithdrawAddress
from streamlit_app import desk
from streamlit_app.widgets import dialog, effect, empty, table
from streamlit_app.widgets.customer_form import COUNTRIES, ROLES
from streamlit_app.widgets.dialog import Opened
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

COLUMNS = [
    Column("purpose", "code", "purpose", width=110),
    Column("valid_from", "date", width=110),
    Column("last_day", "date", width=110),
    Column("address_line", width="medium"),
    Column("postal_code", width=100),
    Column("city"),
    Column("withdrawn_on", "date", width=110),
]


def tab(customer_id: str) -> None:
    """Draw where things and papers go today, and the stays elsewhere."""
    _today(customer_id)
    if desk.actor().role in ROLES:
        dialog.button(
            "address", customer_id, icon=":material/add_location:", look="secondary"
        )
    found = addresses.temporary(desk.books(), customer_id)
    if found.is_empty():
        empty.nothing("addresses")
        return
    shown = found.with_columns(last_day=pl.col("valid_to").dt.offset_by("-1d"))
    chosen = table.show(shown, COLUMNS, name="addresses", select="single-cell")
    if chosen and desk.actor().role in ROLES:
        _withdraw(shown.row(chosen[0], named=True))
    else:
        st.caption(text("address.choose"))


def dialog_if_open() -> None:
    """Draw the form of a stay elsewhere while it is open."""
    found = dialog.opened("address")
    if found is not None:
        dialog.draw(found, _form)


def _today(customer_id: str) -> None:
    """Draw the address that holds today for each purpose."""
    on = desk.moment().on
    for place, purpose in zip(st.columns(len(PURPOSES)), PURPOSES, strict=True):
        here = addresses.address_on(desk.books(), customer_id, purpose, on)
        with place, st.container(border=True):
            st.markdown(f"**{name_of('purpose', purpose)}**")
            st.markdown(_written(here))
            if here["temporary"]:
                st.badge(text("address.temporary"), color="orange")


def _written(address: dict[str, Any]) -> str:
    city = f"{address['postal_code'] or ''} {address['city'] or ''}".strip()
    lines = [address["address_line"], city]
    said = "  \n".join(table.escaped(line) for line in lines if line)
    return said or text("address.none")


def _withdraw(address: dict[str, Any]) -> None:
    if address["withdrawn_on"] is not None:
        st.caption(text("address.withdrawn"))
        return
    command_id = dialog.once(f"withdraw-{address['address_id']}")
    if st.button(
        text("address.withdraw"), icon=":material/undo:", key="withdraw-address"
    ):
        desk.give(WithdrawAddress(address["address_id"]), command_id)
        effect.said({}, "address_withdrawn")
        st.rerun()


def _form(found: Opened) -> None:
    purpose = st.radio(
        text("column.purpose"),
        PURPOSES,
        format_func=lambda code: name_of("purpose", code),
        horizontal=True,
    )
    first, last = st.columns(2)
    today = desk.moment().on
    valid_from = first.date_input(text("change.from"), today, format="YYYY-MM-DD")
    valid_to = last.date_input(text("address.until"), None, format="YYYY-MM-DD")
    line = st.text_input(text("field.address_line"), key="away-line")
    code, town, land = st.columns(3)
    postal_code = code.text_input(text("field.postal_code"), key="away-code")
    city = town.text_input(text("field.city"), key="away-city")
    country = land.selectbox(
        text("field.country"), COUNTRIES, format_func=lambda c: name_of("country", c)
    )
    ready = valid_to is not None and line.strip() and city.strip()
    if st.button(
        text("address.save"),
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=not ready,
        key="address-save",
    ):
        command = SetTemporaryAddress(
            found.about, purpose, valid_from, valid_to, line.strip(),
            postal_code.strip(), city.strip(), country,
        )  # fmt: skip
        desk.give(command, found.command_id)
        dialog.close()
        effect.said({}, "address_set")
        st.rerun()
