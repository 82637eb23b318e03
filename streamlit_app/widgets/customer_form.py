"""The form of a customer: who it is, where it is, how it wants its papers."""

from typing import Any

import streamlit as st

from billing.customers import registration
from billing.customers.registration import (
    ChangeCustomer,
    RegisterCustomers,
    customers_frame,
)
from streamlit_app import desk
from streamlit_app.widgets import dialog, effect, refusal, search
from streamlit_app.widgets.dialog import Opened
from streamlit_app.widgets.wording import name_of, text

ROLES = {"admin", "billing", "service"}
COUNTRIES = ("SE", "NO", "DK", "FI")
LANGUAGES = ("sv", "en")
ADDRESS = ("address_line", "postal_code", "city")
OF_COMPANIES = ("vat_number", "gln")
Said = dict[str, str | None]


def buttons() -> None:
    """Draw the button that registers a customer, for those who may."""
    if desk.actor().role in ROLES:
        dialog.button("register", icon=":material/person_add:", look="primary")


def dialog_if_open() -> None:
    """Draw the form while it is open: for a new customer, or new details of one."""
    found = dialog.opened("register", "edit_customer")
    if found is not None:
        dialog.draw(found, _register if found.name == "register" else _edit)


def _register(found: Opened) -> None:
    key = f"faults-{found.command_id}"
    faults: dict[str, str] = st.session_state.get(key, {})
    kind = st.radio(
        text("customer.kind"),
        registration.KINDS,
        format_func=lambda code: name_of("customer_kind", code),
        horizontal=True,
        key="customer-kind",
    )
    said: Said = {"kind": kind, **_fields(kind, {}, faults, new=True)}
    if st.button(
        text("customer.register"),
        type="primary",
        shortcut="Ctrl+Enter",
        key="customer-save",
    ):
        st.session_state[key] = faults = _faults(said)
        if faults:
            st.rerun(scope="app")
        answer = desk.give(RegisterCustomers(customers_frame([said])), found.command_id)
        dialog.close()
        customer_id = answer["customer_ids"][0]
        effect.said({"customer": customer_id}, "registered")
        st.switch_page(search.CARD, query_params={"customer": customer_id})


def _edit(found: Opened) -> None:
    customer: dict[str, Any] = found.about
    said = _fields(customer["kind"], customer, {}, new=False)
    effective_on = st.date_input(
        text("customer.effective_on"), desk.moment().on, format="YYYY-MM-DD"
    )
    changed = {name: now for name, now in said.items() if now != customer.get(name)}
    if st.button(
        text("customer.save"),
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=not changed,
        key="customer-save",
    ):
        command = ChangeCustomer(customer["customer_id"], changed, effective_on)
        desk.give(command, found.command_id)
        dialog.close()
        effect.said({"day": effective_on}, "customer_changed")
        st.rerun()


def _faults(said: Said) -> dict[str, str]:
    """Return what is wrong, by field, as the register itself would say it."""
    wrong = registration.refusals(customers_frame([said]), desk.moment().on)
    return {
        row["field"]: f"{row['message']}; {row['remedy']}" for row in wrong.to_dicts()
    }


def _fields(kind: str, before: Said, faults: dict[str, str], *, new: bool) -> Said:
    """Draw the fields; each fault stands under its own."""
    said: Said = {}
    left, right = st.columns(2)
    with left:
        said |= _texts(("name",), before, faults)
        if new:
            said |= _texts(("identity_number",), before, faults)
        if kind == "company":
            said |= _texts(OF_COMPANIES, before, faults)
        said |= _texts(("email", "phone"), before, faults)
    with right:
        said |= _texts(ADDRESS, before, faults)
        said["country"] = _choice("country", COUNTRIES, before)
        said["language"] = _choice("language", LANGUAGES, before)
        said["delivery"] = _choice("delivery", registration.DELIVERIES, before)
    return said


def _texts(names: tuple[str, ...], before: Said, faults: dict[str, str]) -> Said:
    said: Said = {}
    for name in names:
        written = st.text_input(
            text(f"field.{name}"), before.get(name) or "", key=f"customer-{name}"
        )
        refusal.beside(name, faults)
        said[name] = written.strip() or None
    return said


def _choice(name: str, codes: tuple[str, ...], before: Said) -> str:
    known = before.get(name)
    choices = codes if known in codes or known is None else (known, *codes)
    return str(
        st.selectbox(
            text(f"field.{name}"),
            choices,
            index=choices.index(known) if known else 0,
            format_func=lambda code: name_of(name, code),
            key=f"customer-{name}",
        )
    )
