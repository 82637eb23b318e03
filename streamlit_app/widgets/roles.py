"""The roles of a customer: subscriber, payer, recipient or giver of agreements."""

import polars as pl
import streamlit as st

from billing.books import parties
from streamlit_app import desk
from streamlit_app.widgets import empty, search, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import text

COLUMNS = [
    Column("role", "code", "party", width=140),
    Column("subscription_id", width=110),
    Column("plan_name", width="medium"),
    Column("other_name", width="medium"),
    Column("started_on", "date", width=110),
    Column("ended_on", "date", width=110),
]


def tab(customer_id: str) -> None:
    """Draw each role that the customer has in an agreement; a row opens it."""
    found = parties.roles(desk.books(), customer_id, desk.moment().on)
    if found.is_empty():
        empty.nothing("roles")
        return
    mine = found.filter(pl.col("role") == "subscriber").height
    st.caption(text("roles.help", mine=mine, all=found.height))
    chosen = table.show(found, COLUMNS, name="roles", select="single-cell")
    if chosen:
        agreement = found["subscription_id"][chosen[0]]
        st.switch_page(search.AGREEMENT, query_params={"subscription": agreement})
