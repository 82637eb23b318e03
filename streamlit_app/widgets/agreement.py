"""One agreement on the screen: what it is, what it costs when and why, what is next."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import outlook, queries
from streamlit_app import desk
from streamlit_app.widgets import customer_card, effect, empty, numbers, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

PRICES = [
    Column("from_on", "date", width=105),
    Column("last_day", "date", width=105),
    Column("text", width="medium"),
    Column("list_minor", "money", width=110),
    Column("full_minor", "money", width=110),
    Column("campaign_id", width=110),
    Column("price_version", "count", width=80),
    Column("why", width="medium"),
    Column("time", "code", "time", width=90),
]


def find(subscription_id: str) -> dict[str, Any] | None:
    """Return an agreement as it is today; None where there is none."""
    found = queries.subscription(desk.books(), subscription_id, desk.moment().on)
    return None if found.is_empty() else found.row(0, named=True)


def head(agreement: dict[str, Any]) -> None:
    """Draw which agreement it is, in which state, and the facts about it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(table.escaped(agreement["plan_name"]), width="content")
        state = agreement["state"]
        st.badge(
            name_of("agreement_state", state),
            color=customer_card.COLOURS.get(state, "gray"),
        )
    st.caption(customer_card.facts(agreement))


def following(subscription_id: str) -> None:
    """Draw what the next run issues for the agreement."""
    found = outlook.next_invoice(desk.books(), subscription_id, desk.moment().on)
    if found is None:
        empty.nothing("next_invoice")
        return
    with st.container(horizontal=True):
        st.metric(text("agreement.next_on"), numbers.day(found.on), border=True)
        for name in effect.TOTALS:
            amount = numbers.money(getattr(found, name), found.currency)
            st.metric(text(f"column.{name}"), amount, border=True)
    lines = found.lines.with_columns(last_day=pl.col("period_to").dt.offset_by("-1d"))
    table.plain(lines, effect.LINES, name="next_lines")


def prices(subscription_id: str) -> None:
    """Draw what the agreement has cost and will cost, and by which price."""
    on = desk.moment().on
    found = outlook.prices(desk.books(), subscription_id, on)
    if found.is_empty():
        empty.nothing("prices")
        return
    when = (
        pl.when(pl.col("to_on") <= on)
        .then(pl.lit("past"))
        .when(pl.col("from_on") > on)
        .then(pl.lit("coming"))
        .otherwise(pl.lit("now"))
    )
    shown = found.with_columns(
        last_day=pl.col("to_on").dt.offset_by("-1d"),
        time=when,
        why=pl.Series([_why(row) for row in found.to_dicts()], dtype=pl.String),
    )
    table.show(shown, PRICES, name="prices")
    st.caption(text("agreement.prices_help"))


def _why(row: dict[str, Any]) -> str:
    """Return why a price holds: its version's rule, or that it was agreed."""
    if row["kind"] != "period":
        return name_of("line_kind", row["kind"])
    if row["price_version"] is None:
        return text("agreement.agreed")
    if row["price_version"] == 1:
        return text("agreement.first_price")
    return text(
        f"agreement.why_{row['applies_to']}", day=numbers.day(row["valid_from"])
    )
