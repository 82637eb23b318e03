"""The parts of an invoice's page: the head, the tables' columns, the document."""

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from billing.books import papers
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
SETTLED = [
    Column("effective_on", "date"),
    Column("source_kind", "code", "settled_by"),
    Column("amount_minor", "money"),
    Column("rule", "code", "rule"),
    Column("actor"),
]
REMINDERS = [
    Column("issued_on", "date"),
    Column("step", "count"),
    Column("fee_minor", "money"),
    Column("due_on", "date"),
]
COLOURS = {"settled": "green", "open": "blue", "overdue": "red", "credit": "gray"}
DATES = ("issued_on", "due_on")
AMOUNTS = ("total_minor", "open_minor")


def with_state(found: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return documents with what each is on a day: settled, overdue, open, credit."""
    state = (
        pl.when(pl.col("open_minor") == 0)
        .then(pl.lit("settled"))
        .when(pl.col("open_minor") < 0)
        .then(pl.lit("credit"))
        .when(pl.col("due_on") < on)
        .then(pl.lit("overdue"))
        .otherwise(pl.lit("open"))
    )
    return found.with_columns(state=state)


def head(found: dict[str, Any]) -> None:
    """Draw the facts that people ask for first."""
    facts = {
        **{name: numbers.day(found[name]) for name in DATES},
        **{name: numbers.money(found[name], found["currency"]) for name in AMOUNTS},
        "reference": found["reference"],
    }
    for place, (name, value) in zip(st.columns(len(facts)), facts.items(), strict=True):
        place.metric(text(f"column.{name}"), value, border=True)
    st.badge(name_of("invoice_state", found["state"]), color=COLOURS[found["state"]])


def with_last_day(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the last day of their half-open periods."""
    return lines.with_columns(last_day=pl.col("period_to").dt.offset_by("-1d"))


def download(found: dict[str, Any]) -> None:
    """Draw the button that hands out the document, made when it is asked for."""
    invoice_id = found["invoice_id"]
    st.download_button(
        text("invoice.download"),
        data=lambda: papers.invoice_pdf(desk.books(), invoice_id),
        file_name=f"{invoice_id}.pdf",
        mime="application/pdf",
        on_click="ignore",
        icon=":material/picture_as_pdf:",
        type="primary",
        key="download",
    )
