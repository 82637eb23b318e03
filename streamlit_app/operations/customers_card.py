"""One customer: who they are, what they have, what they owe, and all that happened."""

import streamlit as st

from billing.books import queries
from streamlit_app import desk
from streamlit_app.widgets import (
    agreement_change,
    customer_card,
    effect,
    empty,
    invoice,
    search,
    table,
)
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import text

effect.toast()
st.page_link(
    "operations/customers.py", label=text("card.back"), icon=":material/arrow_back:"
)
customer_id = st.query_params.get("customer", "")
customer = customer_card.head(customer_id)
if customer is None:
    empty.nothing("unknown_customer", customer=customer_id)
    st.stop()

books = desk.books()
company = desk.company()
currency = company.currency if company else "SEK"
with explained():
    customer_card.balances(customer_id, currency)
agreements, invoices, payments, history = st.tabs(
    [text(f"card.{tab}") for tab in ("agreements", "invoices", "payments", "history")]
)
with agreements, explained():
    customer_card.agreements(
        queries.subscriptions_of(books, customer_id, desk.moment().on)
    )
with invoices, explained():
    issued = queries.invoices_of(books, customer_id)
    issued = invoice.with_state(issued, desk.moment().on)
    chosen = customer_card.listed(issued, customer_card.INVOICES, "invoices")
    if chosen:
        number = issued["invoice_id"][chosen[0]]
        st.switch_page(search.DOCUMENT, query_params={"invoice": number})
with payments, explained():
    customer_card.listed(
        queries.payments_of(books, customer_id), customer_card.PAYMENTS, "payments"
    )
with history, explained():
    table_of = queries.history_of(books, customer_id)
    if table_of.is_empty():
        empty.nothing("history")
    else:
        table.show(table_of, customer_card.HISTORY, name="history")
agreement_change.dialog_if_open(customer_card.plans(), currency)
