"""What an idea would come to on the real base: money by month, and who pays more."""

from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from billing.books import proposals, what_if
from billing.books.what_if import Simulation, TooMany
from billing.catalogue.file import parse
from billing.catalogue.reading import read
from billing.company import Company
from billing.invoicing.what_if_rules import Scenario
from streamlit_app import desk
from streamlit_app.widgets import amounts, charts, empty, numbers, table
from streamlit_app.widgets.charts import Series
from streamlit_app.widgets.refusal import words
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, named, text

MONTHS = 12
# Above so many agreements the answer takes longer than anybody waits at a screen.
MOST = 100_000
MONEY = [
    Column("before_minor", "money", width=130),
    Column("after_minor", "money", width=130),
    Column("difference_minor", "money", width=130),
]
SUMS = [Column("measure", "code", "measure"), *MONEY]
MONTHLY = [Column("month_name", width=110), *MONEY]
CARDS = ("mrr", "billed_net", "vat", "cash")
SIDES = ("before", "after")
PAYERS = [
    Column("customer_id", width=100),
    Column("subscription_id", width=100),
    Column("plan_id", width=150),
    *MONEY,
    Column("from_on", "date", width=105),
    Column("reason", "code", "change_reason", width=110),
]
BY = {
    "by_plan": Column("plan_id", width="medium"),
    "by_cohort": Column("cohort", width=120),
    "by_campaign": Column("campaign_id", width="medium"),
}
TABS = ("cash", "payers", *BY)
PAYERS_MAX = 500
KEPT, REACH = "simulation", "reach"


def draw(content: str, company: Company) -> bool:
    """Draw what a catalogue file would come to, when asked for.

    Return whether what is shown is of this very file.
    """
    st.header(text("simulation.title"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320):
            leaving = amounts.field(
                text("simulation.leaving"), key="simulation-leaving", example="0"
            )
        pressed = st.button(
            text("simulation.run"), icon=":material/science:", key="simulate"
        )
    churn = amounts.share(leaving) if leaving else None
    key = (content, churn)
    if pressed:
        with st.spinner(text("simulation.working")):
            _work_out(content, company, churn)
    seen, found = st.session_state.get(KEPT, (None, None))
    if seen != key:
        st.caption(text("simulation.first" if seen is None else "simulation.changed"))
        return False
    if isinstance(found, TooMany):
        st.warning(words(found), icon=":material/database:")
    else:
        _shown(found, company.currency)
    return True


def reach(content: str) -> pl.DataFrame | None:
    """Return how many agreements each change reaches, once it has been worked out."""
    seen, found = st.session_state.get(REACH, (None, None))
    return found if seen == content else None


def _work_out(content: str, company: Company, churn: Decimal | None) -> None:
    """Keep what the idea comes to, and whom it reaches, for the runs that follow."""
    found: Simulation | TooMany
    try:
        found = _simulated(content, company, churn)
        file = parse(content, currency=company.currency, country=company.country)
        reached = proposals.reaching(desk.books(), file, desk.moment().on)
        st.session_state[REACH] = (content, reached)
    except TooMany as no:
        found = no
    st.session_state[KEPT] = ((content, churn), found)


def _simulated(content: str, company: Company, churn: Decimal | None) -> Simulation:
    scenario = Scenario(
        company=company.legal_entity,
        catalogue=read(content),
        months=MONTHS,
        churn=None if churn is None else f"{churn:f}",
    )
    return what_if.simulated(desk.books(), scenario, desk.moment().on, most=MOST)


def _shown(found: Simulation, currency: str) -> None:
    """Draw the cards, then cash by month, who pays more, and each way to add it up."""
    mine = pl.col("currency") == currency
    totals = found.totals.filter(mine)
    if totals.is_empty():
        empty.nothing("simulation")
        return
    _cards({row["measure"]: row for row in totals.to_dicts()}, currency)
    counts = {name: numbers.count(n) for name, n in found.forecast.counts.items()}
    st.caption(text("simulation.counts", **counts))
    table.plain(totals, SUMS, name="simulated")
    tabs = dict(
        zip(TABS, st.tabs([text(f"simulation.{tab}") for tab in TABS]), strict=True)
    )
    with tabs["cash"]:
        _cash(found.by_month.filter(mine & (pl.col("measure") == "cash")))
    with tabs["payers"]:
        _payers(found.payers.filter(mine))
    for name, column in BY.items():
        with tabs[name]:
            _by(getattr(found, name).filter(mine), column, name)


def _cards(totals: dict[str, dict[str, Any]], currency: str) -> None:
    """Draw the difference of MRR, billing, tax and cash, each beside what it is of."""
    with st.container(horizontal=True):
        for name in CARDS:
            row = totals.get(name)
            if row is not None:
                st.metric(
                    name_of("measure", name),
                    numbers.whole(row["after_minor"], currency),
                    numbers.whole(row["difference_minor"], currency)
                    if row["difference_minor"]
                    else None,
                    border=True,
                    help=text(f"simulation.help_{name}"),
                )


def _cash(months: pl.DataFrame) -> None:
    """Draw cash by month under both rules, as lines and as a table."""
    ordered = months.sort("month")
    names = [numbers.month(month) for month in ordered["month"]]
    told = ordered.with_columns(month_name=pl.Series(names, dtype=pl.String))
    both = told.unpivot(
        on=[f"{side}_minor" for side in SIDES],
        index=["month", "month_name"],
        variable_name="side",
        value_name="amount_minor",
    ).with_columns(pl.col("side").str.strip_suffix("_minor"))
    sides = both.with_columns(part=named(both["side"], "simulation_side"))
    order = [name_of("simulation_side", side) for side in SIDES]
    charts.lines(
        Series(
            sides.sort("month", "side"), "month_name", "amount_minor", "cash_ahead",
            "part", order,
        ),
        [
            Column("month_name"),
            Column("part"),
            Column("amount_minor", "money"),
        ],
    )  # fmt: skip
    table.show(told, MONTHLY, name="cash_months")


def _payers(payers: pl.DataFrame) -> None:
    """Draw who pays more or less a month, those who pay most more first."""
    if payers.is_empty():
        empty.nothing("payers")
        return
    changed = payers.with_columns(
        difference_minor=pl.col("after_minor") - pl.col("before_minor")
    ).sort("difference_minor", descending=True)
    st.caption(text("simulation.payers_help", count=payers.height, limit=PAYERS_MAX))
    table.show(changed.head(PAYERS_MAX), PAYERS, name="payers")


def _by(rows: pl.DataFrame, column: Column, name: str) -> None:
    """Draw the measures by one thing, those that change first."""
    changed = rows.filter(pl.col("difference_minor") != 0)
    if changed.is_empty():
        empty.nothing("simulated_by")
        return
    columns = [column, *SUMS]
    table.show(changed, columns, name=name)
