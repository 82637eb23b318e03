"""The parts of an invoice's page: the head, the tables' columns, the document."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import delivery
from streamlit_app import desk
from streamlit_app.widgets import numbers
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

LINES = [
    Column("text"),
    Column("period_from", "date"),
    Column("last_day", "date"),
    Column("quantity", "count"),
    Column("net_minor", "money"),
    Column("vat_rate", "share"),
    Column("vat_minor", "money"),
]
TAXES = [
    Column("vat_rate", "share"),
    Column("net_minor", "money"),
    Column("vat_minor", "money"),
]
DATES = ("issued_on", "due_on")
AMOUNTS = ("total_minor", "open_minor")


def head(found: dict[str, Any]) -> None:
    """Draw the facts that people ask for first."""
    state = found.get("state")
    with st.container(horizontal=True):
        for name in DATES:
            st.metric(text(f"column.{name}"), numbers.day(found[name]), border=True)
        for name in AMOUNTS:
            amount = numbers.money(found.get(name), found["currency"])
            st.metric(text(f"column.{name}"), amount or "–", border=True)
        st.metric(text("column.reference"), found["reference"], border=True)
    if state:
        st.caption(name_of("invoice_state", state))


def with_last_day(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the last day of their half-open periods."""
    return lines.with_columns(last_day=pl.col("period_to").dt.offset_by("-1d"))


def download(found: dict[str, Any]) -> None:
    """Draw the button that hands out the document, made when it is asked for."""
    invoice_id = found["invoice_id"]
    st.download_button(
        text("invoice.download"),
        data=lambda: delivery.document(desk.books(), invoice_id),
        file_name=f"{invoice_id}.pdf",
        mime="application/pdf",
        on_click="ignore",
        icon=":material/picture_as_pdf:",
        type="primary",
        key="download",
    )
