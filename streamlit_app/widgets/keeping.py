"""Keeping a customer who is about to leave: what may be offered, in one press."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import offers
from billing.changes.change import ChangeSubscription
from streamlit_app import desk
from streamlit_app.widgets import dialog, effect, numbers, offer, shelf, table
from streamlit_app.widgets.wording import text

SHOWN = 3


def draw(agreement: dict[str, Any]) -> bool:
    """Draw the best offers for an agreement; return whether one has been taken."""
    on, number = desk.moment().on, agreement["subscription_id"]
    found = offers.offers_on_cancellation(desk.books(), number, on).head(SHOWN)
    if found.is_empty():
        return False
    known = shelf.known()
    st.markdown(f"**{text('keeping.title')}**")
    for row in found.to_dicts():
        mine = known.campaigns.filter(pl.col("campaign_id") == row["campaign_id"])
        words = offer.takes(mine.row(0, named=True), known)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(_said(row, words, agreement["currency"]), width="stretch")
            if _taken(number, row["campaign_id"]):
                return True
    return False


def _said(row: dict[str, Any], words: str, currency: str) -> str:
    """Return an offer in a line: its name, what it takes off, costs and keeps."""
    return text(
        "keeping.offer",
        name=table.escaped(row["name"]),
        words=table.escaped(words),
        price=numbers.money(row["price_minor"], currency),
        kept=numbers.money(row["kept_minor"], currency),
    )


def _taken(number: str, campaign_id: str) -> bool:
    """Draw the button that gives the offer to the agreement from today."""
    key = f"keep-{number}-{campaign_id}"
    if not st.button(text("keeping.take"), type="primary", key=key):
        return False
    command = ChangeSubscription(number, "now", campaign=campaign_id)
    effect.said(desk.give(command, dialog.once(key)), "kept")
    dialog.done(key)
    return True
