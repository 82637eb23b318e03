"""The shelf is what is sold today: plans with their prices, parts and versions."""

import polars as pl
import streamlit as st

from billing.books import outlook, standing_catalogue
from billing.catalogue.frames import Catalogue
from billing.company import Company
from billing.invoicing import price_tags
from streamlit_app import desk
from streamlit_app.widgets import empty, export, numbers, table, timeline, url_select
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

SHOWN = ("gross", "net")
PLANS = [
    Column("name", width=240),
    Column("sold", width=170),
    Column("cycle", width=80),
    Column("price", "amount", width=90),
    Column("currency", width=70),
    Column("price_list", width=80),
    Column("model", "code", "model", width=80),
    Column("valid_from", "date", width=95),
    Column("agreements", "count", width=70),
]
VERSIONS = [
    Column("price_list", width=100),
    Column("version", "count", width=80),
    Column("valid_from", "date", width=110),
    Column("valid_to", "date", width=110),
    Column("applies_to", "code", "applies_to", width=190),
    Column("model", "code", "model", width=110),
    Column("amount", "amount", width=110),
    Column("agreements", "count", width=90),
]
PARTS = [
    Column("n", "count"),
    Column("product"),
    Column("vat_category"),
    Column("weight"),
]
BEGINNING = 1900


def known() -> Catalogue:
    """Return the catalogue as the books have it today."""
    with desk.books().reader() as read:
        return standing_catalogue.known(read, desk.moment().on)


def tab(company: Company) -> None:
    """Draw the plans with their prices, and all about the chosen one."""
    catalogue, on = known(), desk.moment().on
    tags = price_tags.tags(catalogue, company.country, on)
    if tags.is_empty():
        empty.nothing("catalogue")
        return
    vat = url_select.url_segments(
        text("shelf.vat"), "vat", SHOWN, lambda c: name_of("shelf", c)
    )
    held = outlook.agreements_by_plan(desk.books(), on)
    cycles = [
        cycle(*every) for every in tags.select("every_count", "every_unit").rows()
    ]
    shown = tags.join(
        held, on="plan_id", how="left", maintain_order="left"
    ).with_columns(
        pl.col("agreements").fill_null(0),
        price=_bare(tags, f"{vat}_minor"),
        cycle=pl.Series(cycles, dtype=pl.String),
        valid_from=pl.when(pl.col("valid_from").dt.year() > BEGINNING).then(
            "valid_from"
        ),
    )
    chosen = table.show(shown, PLANS, name="plans", select="single-cell")
    export.buttons(shown, PLANS, name="plans")
    if not chosen:
        st.caption(text("shelf.choose"))
        return
    with st.container(border=True), explained():
        _plan(catalogue, company, shown["plan_id"][chosen[0]])


def _bare(tags: pl.DataFrame, column: str) -> pl.Series:
    """Return amounts as written numbers; the currency stands in a column beside."""
    pairs = tags.select(column, "currency").rows()
    return pl.Series([numbers.bare(*pair) for pair in pairs], dtype=pl.String)


def cycle(count: int, unit: str) -> str:
    """Return how long a cycle is: month, 3 months, 10 deliveries."""
    if count == 1:
        return name_of("cycle", unit)
    return f"{numbers.count(count)} {name_of('cycles', unit)}"


def _plan(catalogue: Catalogue, company: Company, plan_id: str) -> None:
    """Draw a plan's versions and how many have each, its parts, its past."""
    plan = catalogue.plans.filter(pl.col("plan_id") == plan_id).row(0, named=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(table.escaped(plan["name"]), width="stretch")
        if desk.actor().role in {"admin", "billing", "controller"}:
            st.button(
                text("shelf.raise"),
                icon=":material/trending_up:",
                key="raise",
                on_click=_to_workshop,
                args=(plan_id,),
            )
    st.caption(f"{plan_id} · {_terms(plan)}")
    prices = catalogue.prices.filter(
        (pl.col("plan_id") == plan_id) & (pl.col("phase") == 0)
    )
    held = outlook.versions_held(
        desk.books(), company.legal_entity, plan_id, desk.moment().on
    )
    counted = prices.join(
        held.rename({"price_version": "version"}), on=["price_list", "version"],
        how="left",
    ).with_columns(pl.col("agreements").fill_null(0))  # fmt: skip
    ordered = counted.sort("price_list", "version").with_columns(
        pl.when(pl.col("valid_from").dt.year() > BEGINNING).then("valid_from"),
        pl.col("amount").map_elements(numbers.written, return_dtype=pl.String),
    )
    table.plain(ordered, VERSIONS, name="versions")
    own = held.filter(pl.col("price_version").is_null())["agreements"].sum()
    if own:
        st.caption(text("shelf.own_price", count=own))
    _parts(catalogue, plan_id)
    with st.expander(text("card.history")):
        timeline.draw("plan", plan_id)


def _to_workshop(plan_id: str) -> None:
    """Go to the workshop with a plan, to give it another price."""
    st.session_state["rise-plan"] = plan_id
    url_select.go("view", "workshop")
    url_select.go("way", "raise")


def _parts(catalogue: Catalogue, plan_id: str) -> None:
    parts = catalogue.parts.filter(pl.col("plan_id") == plan_id).sort("n")
    if parts.is_empty():
        return
    st.markdown(f"**{text('shelf.parts')}**")
    products = catalogue.products.select("product_id", "vat_category", product="name")
    alone = [numbers.money(minor) for minor in parts["standalone_minor"]]
    named = parts.join(products, on="product_id", how="left", maintain_order="left")
    shown = named.with_columns(
        weight=pl.coalesce("share", pl.Series(alone, dtype=pl.String))
    )
    table.plain(shown, PARTS, name="parts")


def _terms(plan: dict[str, object]) -> str:
    """Return the terms of a plan in a line: cycle, timing, binding, notice."""
    unit = plan["term_unit"]
    said = [
        cycle(int(str(plan["every_count"])), str(plan["every_unit"])),
        name_of("timing", plan["timing"]),
        name_of("includes_vat", plan["prices_include_vat"]),
    ]
    for name in ("binding_count", "notice_count"):
        if plan[name]:
            length = cycle(int(str(plan[name])), str(unit))
            said.append(f"{text(f'shelf.{name}')}: {length}")
    return " · ".join(said)
