"""One customer: who they are, what they have, what they owe, and all that happened."""

import streamlit as st

from billing.books import queries
from streamlit_app import desk
from streamlit_app.widgets import (
    addresses,
    agreement_change,
    agreement_form,
    customer_card,
    customer_form,
    dialog,
    duplicates,
    effect,
    empty,
    invoice,
    personal_data,
    roles,
    search,
)
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import text

TABS = (
    "agreements", "invoices", "payments", "addresses", "roles", "history", "personal",
)  # fmt: skip

effect.toast()
st.page_link(
    "operations/customers.py", label=text("card.back"), icon=":material/arrow_back:"
)
customer_id = st.query_params.get("customer", "")
customer = customer_card.head(customer_id)
if customer is None:
    empty.nothing("unknown_customer", customer=customer_id)
    st.stop()

books, on = desk.books(), desk.moment().on
company = desk.company()
currency = company.currency if company else "SEK"
duplicates.merged(customer)
with explained():
    customer_card.balances(customer_id, currency)
if desk.actor().role in customer_form.ROLES:
    with st.container(horizontal=True):
        dialog.button("agreement", customer_id, icon=":material/add:", look="primary")
        dialog.button(
            "edit_customer", customer, icon=":material/edit:", look="secondary"
        )

tabs = dict(zip(TABS, st.tabs([text(f"card.{tab}") for tab in TABS]), strict=True))
with tabs["agreements"], explained():
    customer_card.agreements(queries.subscriptions_of(books, customer_id, on))
with tabs["invoices"], explained():
    issued = invoice.with_state(queries.invoices_of(books, customer_id), on)
    chosen = customer_card.listed(issued, customer_card.INVOICES, "invoices")
    if chosen:
        number = issued["invoice_id"][chosen[0]]
        st.switch_page(search.DOCUMENT, query_params={"invoice": number})
with tabs["payments"], explained():
    customer_card.listed(
        queries.payments_of(books, customer_id), customer_card.PAYMENTS, "payments"
    )
with tabs["addresses"], explained():
    addresses.tab(customer_id)
with tabs["roles"], explained():
    roles.tab(customer_id)
with tabs["history"], explained():
    customer_card.history(customer_id)
with tabs["personal"], explained():
    personal_data.tab(customer)

agreement_change.dialog_if_open(customer_card.plans(), currency)
for part in (agreement_form, addresses, customer_form, duplicates, personal_data):
    part.dialog_if_open()
