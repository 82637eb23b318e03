"""Customers: search the register, register somebody, find who is there twice."""

import polars as pl
import streamlit as st

from streamlit_app import desk
from streamlit_app.widgets import (
    customer_form,
    duplicates,
    effect,
    empty,
    export,
    search,
    table,
)
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.url_select import url_segments, url_select
from streamlit_app.widgets.wording import name_of, text

LIMIT = 100
VIEWS, SEGMENTS = ("list", "duplicates"), ("all", "person", "company")
COLUMNS = [
    Column("customer_id", width=110),
    Column("name", width="medium"),
    Column("kind", "code", "customer_kind", width=110),
    Column("email", width="medium"),
    Column("city"),
    Column("subscriptions", "count", width=90),
    Column("balance_minor", "money", width=130),
]

effect.toast()
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title(text("page.customers"), width="stretch")
    customer_form.buttons()
customer_form.dialog_if_open()
duplicates.dialog_if_open()
view = url_segments(
    text("customers.view"), "view", VIEWS, lambda code: name_of("customers_view", code)
)
if view == "duplicates":
    duplicates.tab()
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    words = st.text_input(
        text("customers.search"),
        key="q",
        type="search",
        live=True,
        bind="query-params",
        placeholder=text("customers.placeholder"),
        width="stretch",
    )
    with st.container(width=220):
        segment = url_select(
            text("column.kind"), "seg", SEGMENTS, lambda c: name_of("customer_kind", c)
        )
found = search.customers(words or "", LIMIT)
found = found.filter((pl.col("kind") == segment) | pl.lit(segment == SEGMENTS[0]))
if found.is_empty():
    empty.nothing("customers" if words else "no_customers", words=words)
    st.stop()

st.caption(text("customers.count", count=found.height, limit=LIMIT))
chosen = table.show(found, COLUMNS, name="customers", select="single-cell")
if chosen:
    customer_id = found["customer_id"][chosen[0]]
    st.switch_page(search.CARD, query_params={"customer": customer_id})
if desk.company() is not None:
    export.buttons(found, COLUMNS, name="customers")
