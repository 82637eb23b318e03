"""Personal data on the card: give them out, tell the number, forget the person."""

import json
from typing import Any

import streamlit as st

from billing.books import personal_data
from billing.customers.personal_data import ErasePersonalData, RevealIdentity
from streamlit_app import desk
from streamlit_app.widgets import dialog, table
from streamlit_app.widgets.dialog import Doing, Opened
from streamlit_app.widgets.wording import text

REVEALERS = {"admin", "billing", "service"}
ERASERS = {"admin", "billing"}


def tab(customer: dict[str, Any]) -> None:
    """Draw what a person may ask for: a copy, the number, to be forgotten."""
    customer_id = customer["customer_id"]
    role = desk.actor().role
    st.markdown(text("personal.export_help"))
    st.download_button(
        text("personal.export"),
        data=lambda: exported(customer_id),
        file_name=f"{customer_id}.json",
        mime="application/json",
        on_click="ignore",
        icon=":material/download:",
        key="personal-export",
    )
    with st.container(horizontal=True):
        if customer["identity_number"] and role in REVEALERS:
            dialog.button(
                "reveal", customer_id, icon=":material/visibility:", look="secondary"
            )
        if customer["kind"] == "person" and role in ERASERS:
            dialog.button(
                "erase", customer_id, icon=":material/person_off:", look="secondary"
            )
    told = st.session_state.pop("told", None)
    if told:
        st.success(text("personal.told", number=told), icon=":material/visibility:")


def exported(customer_id: str) -> bytes:
    """Return everything about a customer as a JSON file."""
    everything = personal_data.exported(desk.books(), customer_id)
    return json.dumps(everything, ensure_ascii=False, indent=2, default=str).encode()


def dialog_if_open() -> None:
    """Draw the dialog that tells the number or forgets the person, while it is open."""
    found = dialog.opened("reveal", "erase")
    if found is not None:
        dialog.draw(found, _reveal if found.name == "reveal" else _erase)


def _reveal(found: Opened) -> None:
    st.markdown(text("personal.reveal_help"))
    reason = st.text_input(text("personal.reason"), key="personal-reason").strip()
    if st.button(
        text("personal.reveal"),
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=not reason,
        key="dialog-do",
    ):
        answer = desk.give(RevealIdentity(found.about, reason), found.command_id)
        st.session_state["told"] = answer.get("identity_number", "")
        dialog.close()
        st.rerun()


def _erase(found: Opened) -> None:
    st.markdown(text("personal.erase_help"))
    reason = st.text_input(text("personal.reason"), key="personal-reason").strip()
    typed = st.text_input(
        text("personal.type", customer=found.about), key="personal-typed"
    )
    if not reason or typed.strip() != found.about:
        return
    doing = Doing(
        ErasePersonalData(found.about, reason), text("personal.erase"), "erased", _kept
    )
    if dialog.do(doing, found) is not None:
        st.rerun()


def _kept(answer: dict[str, Any]) -> None:
    """Draw what bookkeeping keeps, and until when."""
    if answer.get("kept"):
        kept = table.escaped(str(answer["kept"]))
        until = answer["kept_until"]
        st.warning(
            text("personal.kept", kept=kept, until=until), icon=":material/inventory_2:"
        )
    else:
        st.info(text("personal.nothing_kept"), icon=":material/delete_forever:")
