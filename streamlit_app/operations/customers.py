"""Customers: search the register by number, name, e-mail or identity number."""

import streamlit as st

from streamlit_app.widgets import empty, search, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import text

LIMIT = 100
COLUMNS = [
    Column("customer_id", width=110),
    Column("name", width="medium"),
    Column("kind", "code", "customer_kind", width=110),
    Column("email", width="medium"),
    Column("city"),
    Column("subscriptions", "count", width=90),
    Column("balance_minor", "money", width=130),
]

st.title(text("page.customers"))
words = st.text_input(
    text("customers.search"),
    key="q",
    type="search",
    live=True,
    bind="query-params",
    placeholder=text("customers.placeholder"),
)
found = search.customers(words or "", LIMIT)
if found.is_empty():
    empty.nothing("customers" if words else "no_customers", words=words)
else:
    st.caption(text("customers.count", count=found.height, limit=LIMIT))
    chosen = table.show(found, COLUMNS, name="customers", select="single-cell")
    if chosen:
        customer_id = found["customer_id"][chosen[0]]
        st.switch_page(search.CARD, query_params={"customer": customer_id})
