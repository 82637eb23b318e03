"""The workshop: an idea is written, compared, simulated and proposed, on one page.

Whatever the form, an idea is a catalogue file; what follows looks only at the file.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from billing.catalogue import idea
from billing.catalogue.file import parse
from billing.catalogue.frames import Catalogue
from billing.catalogue.review import Review, review
from billing.company import Company
from streamlit_app.widgets import (
    campaign_form,
    empty,
    idea_form,
    numbers,
    proposals,
    simulation,
    table,
    url_select,
)
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

IDEAS, OFFERS = ("raise", "plan", "file"), ("campaign", "file")
PRICES = [
    Column("plan"),
    Column("price_list"),
    Column("valid_from", "date"),
    Column("applies_to", "code", "applies_to"),
    Column("model", "code", "model"),
    Column("before", "amount"),
    Column("after", "amount"),
    Column("agreements", "count"),
    Column("first_on", "date"),
]
CHANGES = [
    Column("object", "code", "catalogue_object", width=110),
    Column("id", width=160),
    Column("field", "code", "what", width=150),
    Column("before", width="medium"),
    Column("after", width="large"),
]
FILE = "workshop-file"


@dataclass(frozen=True, slots=True, eq=False)
class Idea:
    """An idea as a file: its text, what is read from it, and what it changes."""

    content: str
    catalogue: Catalogue
    review: Review


def tab(company: Company, known: Catalogue, ways: tuple[str, ...]) -> None:
    """Draw the way to write the idea, what it changes, and what it would come to."""
    way = url_select.url_segments(
        text("workshop.way"), "way", ways, lambda code: name_of("workshop_way", code)
    )
    with st.container(border=True):
        content = _content(way, company, known)
    if not content:
        return
    catalogue = parse(content, currency=company.currency, country=company.country)
    found = Idea(content, catalogue, review(catalogue, known))
    if found.review.changes.is_empty():
        empty.nothing("no_changes")
        return
    place = st.container()
    worked_out = simulation.draw(found.content, company)
    with place:
        _changes(found, known, simulation.reach(content))
    if worked_out:
        proposals.propose(content, company)


def _content(way: str, company: Company, known: Catalogue) -> str | None:
    """Draw the form of a way to write; return the file that it comes to."""
    if way == "file":
        return _file()
    mapping: dict[str, Any] | None = {
        "raise": lambda: idea_form.rise(known),
        "plan": lambda: idea_form.new_plan(known, company),
        "campaign": lambda: campaign_form.campaign(known),
    }[way]()
    if mapping is None:
        return None
    content = idea.to_yaml(mapping)
    with st.expander(text("workshop.as_file")):
        st.code(content, language="yaml")
    return content


def _file() -> str | None:
    """Draw the text of a file to write, paste or upload."""
    uploaded = st.file_uploader(text("workshop.upload"), ["yaml", "yml"])
    if uploaded is not None and st.session_state.get("uploaded") != uploaded.file_id:
        st.session_state["uploaded"] = uploaded.file_id
        st.session_state[FILE] = uploaded.getvalue().decode("utf-8", "replace")
    written = st.text_area(
        text("workshop.file"), key=FILE, height=320, placeholder=text("workshop.sample")
    )
    return written.strip() or None


def _changes(found: Idea, known: Catalogue, reach: pl.DataFrame | None) -> None:
    """Draw what the file changes in what is sold: the prices, then all else."""
    st.header(text("workshop.changes"))
    changes = found.review.changes if reach is None else reach
    objects = changes.select("object", "id").unique().height
    st.caption(text("workshop.changed", objects=objects, fields=changes.height))
    is_price = pl.col("object") == "price"
    if found.review.added.prices.height:
        _prices(found, known, changes.filter(is_price))
    others = changes.filter(~is_price)
    if others.height:
        table.show(others, CHANGES, name="changes")


def _prices(found: Idea, known: Catalogue, changes: pl.DataFrame) -> None:
    """Draw the new prices: of what, from when, for whom, before and after."""
    file = found.catalogue
    names = file.plans.select("plan_id", plan="name")
    before = (
        known.prices.filter(pl.col("applies_to") != "cohort")
        .sort("valid_from", "version")
        .unique(["plan_id", "price_list", "phase"], keep="last")
        .select("plan_id", "price_list", "phase", before="amount")
    )
    shown = (
        found.review.added.prices.join(names, on="plan_id", maintain_order="left")
        .join(before, on=["plan_id", "price_list", "phase"], how="left")
        .with_columns(
            pl.col("before", "amount").map_elements(
                numbers.written, return_dtype=pl.String
            )
        )
        .rename({"amount": "after"})
    )
    if "agreements" in changes.columns and changes.height == shown.height:
        shown = shown.hstack(changes.select("agreements", "first_on"))
    table.plain(shown, PRICES, name="new_prices")
