"""The offers: running, coming and ended, with their rules, codes and uses."""

import polars as pl
import streamlit as st

from billing.books import outlook
from billing.catalogue.frames import Catalogue
from streamlit_app import desk
from streamlit_app.widgets import empty, offer, table, timeline
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.url_select import url_segments
from streamlit_app.widgets.wording import name_of, text

ALL = "all"
COLUMNS = [
    Column("state", "code", "offer_state", width=85),
    Column("name", width=280),
    Column("code", width=95),
    Column("takes", width=210),
    Column("valid_from", "date", width=105),
    Column("last_day", "date", width=105),
    Column("uses", "count", width=65),
    Column("limit", "count", width=65),
]
CODES = [
    Column("code"),
    Column("uses", "count"),
    Column("limit", "count"),
    Column("last_day", "date"),
]
EXAMPLES = [
    Column("expect", "code", "expect"),
    Column("plan"),
    Column("on"),
    Column("customer", "code", "example_customer"),
    Column("because"),
]


def tab(known: Catalogue) -> None:
    """Draw the offers in the chosen state, and all about the chosen one."""
    if known.campaigns.is_empty():
        empty.nothing("offers")
        return
    wanted = url_segments(
        text("column.state"),
        "st",
        (ALL, *offer.STATES),
        lambda code: name_of("offer_state", code),
    )
    found = _listed(known).filter((pl.col("state") == wanted) | pl.lit(wanted == ALL))
    if found.is_empty():
        empty.nothing("offers_state")
        return
    name = f"offers-{wanted}"
    chosen = table.show(found, COLUMNS, name=name, select="single-cell")
    if not chosen:
        st.caption(text("offer.choose"))
        return
    with st.container(border=True), explained():
        _offer(known, found["campaign_id"][chosen[0]])


def _listed(known: Catalogue) -> pl.DataFrame:
    """Return the offers, those that run first, with how often each has been taken."""
    on = desk.moment().on
    order = pl.col("state").replace_strict(
        {code: n for n, code in enumerate(offer.STATES)}, return_dtype=pl.Int64
    )
    rows = [
        {
            "campaign_id": row["campaign_id"],
            "name": row["name"],
            "code": row["code"],
            "limit": row["code_max_uses"],
            "state": offer.state(row["valid"], on),
            "takes": offer.takes(row, known),
            "valid_from": offer.bounds(row["valid"])[0],
            "valid_to": offer.bounds(row["valid"])[1],
        }
        for row in known.campaigns.to_dicts()
    ]
    uses = outlook.campaign_uses(desk.books()).group_by("campaign_id").agg(
        pl.col("uses").sum()
    )  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("valid_from", "valid_to").cast(pl.Date), pl.col("limit").cast(pl.Int64)
    )
    return (
        frame.join(uses, on="campaign_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("uses").fill_null(0), last_day=pl.col("valid_to").dt.offset_by("-1d")
        )
        .sort(order, pl.col("valid_from"), descending=[False, True], nulls_last=True)
    )


def _offer(known: Catalogue, campaign_id: str) -> None:
    """Draw one offer: its rules, its codes, the examples it was tried on, its past."""
    mine = pl.col("campaign_id") == campaign_id
    row = known.campaigns.filter(mine).row(0, named=True)
    st.subheader(table.escaped(row["name"]))
    for rule in offer.rules(row, known):
        st.markdown(f"- {table.escaped(rule)}")
    codes = known.codes.filter(mine)
    if codes.height:
        uses = outlook.campaign_uses(desk.books()).filter(mine).drop("campaign_id")
        shown = codes.join(uses, on="code", how="left").with_columns(
            pl.col("uses").fill_null(0),
            limit=pl.col("max_uses"),
            last_day=pl.col("valid_to").dt.offset_by("-1d"),
        )
        st.markdown(f"**{text('offer.codes')}**")
        table.plain(shown.sort("code"), CODES, name="codes")
    tried = offer.examples(row)
    if tried:
        st.markdown(f"**{text('offer.examples')}**")
        frame = pl.DataFrame(tried, infer_schema_length=None)
        table.plain(frame, EXAMPLES, name="examples")
    with st.expander(text("card.history")):
        timeline.draw("campaign", campaign_id)
