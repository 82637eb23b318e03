"""The timeline of a thing: who changed what of it, when, through which shell."""

import polars as pl
import streamlit as st

from billing.books import object_history
from streamlit_app import desk
from streamlit_app.widgets import empty, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import text

COLUMNS = [
    Column("recorded_at", "clock", width=130),
    Column("what", "code", "what", width=150),
    Column("before", width=170),
    Column("after", width=210),
    Column("command", "code", "event", width=140),
    Column("actor", width=95),
    Column("source", "code", "source", width=90),
]


def draw(kind: str, name: str) -> None:
    """Draw the history of a thing of a kind, the newest change first."""
    found = object_history.history(desk.books(), kind, name)
    if found.is_empty():
        empty.nothing("history")
        return
    told = found.filter(
        (pl.col("before").fill_null("") != "") | (pl.col("after").fill_null("") != "")
    )
    st.caption(text("timeline.help"))
    table.show(told, COLUMNS, name=f"timeline-{kind}-{name}")
