"""The parts of the campaign results: cards, the list, and one campaign's steps."""

import polars as pl
import streamlit as st

from billing.company import Company
from streamlit_app import figures
from streamlit_app.widgets import empty, numbers, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import named, text

CARDS = ("discount_minor", "margin_minor", "deferred_minor")
MONEY = ("discount_minor", "margin_minor", "deferred_minor", "free_minor")
RESULTS = [
    Column("campaign_name", width="medium"),
    Column("taker_count", "count"),
    Column("active_count", "count"),
    Column("converted_share", "share"),
    *(Column(name, "amount") for name in MONEY),
    Column("retained_6_months", "share"),
    Column("uplift_6_months", "share"),
]
STEPS = [
    Column("campaign_step", "count"),
    Column("discount", "text"),
    Column("could_count", "count"),
    Column("reached_count", "count"),
    Column("reached_share", "share"),
]
SURVIVAL = [
    Column("months_after", "count"),
    Column("taker_share", "share"),
    Column("offered_share", "share"),
    Column("control_share", "share"),
    Column("uplift_share", "share"),
    Column("uplift_low", "share"),
    Column("uplift_high", "share"),
]


def cards(results: pl.DataFrame, company: Company) -> None:
    """Draw what all campaigns have come to, in the company's own currency."""
    own = results.filter(pl.col("currency") == company.currency)
    first, *places = st.columns(len(CARDS) + 1)
    with first:
        takers = numbers.count(int(results["taker_count"].sum()))
        st.metric(text("campaigns_report.takers"), takers, border=True)
    for name, place in zip(CARDS, places, strict=True):
        with place:
            st.metric(
                text(f"campaigns_report.{name}"),
                numbers.whole(int(own[name].sum()), company.currency),
                border=True,
                help=text(f"campaigns_report.{name}_help"),
            )


def listed(results: pl.DataFrame) -> None:
    """Draw a row for each campaign and currency, the most taken first."""
    written = results.with_columns(
        pl.struct(name, "currency")
        .map_elements(
            lambda row, name=name: numbers.money(row[name], row["currency"]),
            return_dtype=pl.String,
        )
        .alias(name)
        for name in MONEY
    )
    table.show(written, RESULTS, name="campaign_results")


def detail(legal_entity: str, campaign_id: str) -> None:
    """Draw the steps of a campaign and who is left, against the control if any."""
    steps = figures.campaign_steps(legal_entity, campaign_id)
    survival = figures.campaign_survival(campaign_id)
    left, right = st.columns(2, gap="large")
    with left:
        st.header(text("campaigns_report.steps"))
        if steps.is_empty():
            empty.nothing("campaign_steps")
        else:
            table.plain(_said(steps), STEPS, name="campaign_steps")
    with right:
        st.header(text("campaigns_report.survival"))
        if survival.is_empty():
            empty.nothing("campaign_survival")
        else:
            _survival(survival)


def _survival(survival: pl.DataFrame) -> None:
    has_control = survival["control_share"].is_not_null().any()
    columns = SURVIVAL if has_control else SURVIVAL[:2]
    table.plain(survival, columns, name="campaign_survival")
    if not has_control:
        st.info(text("campaigns_report.no_control"), icon=":material/balance:")


def _said(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the steps with what each takes off, in words."""
    kinds = named(steps["discount_kind"], "discount_step").to_list()
    told = [
        kind if amount is None else f"{kind} {amount}"
        for kind, amount in zip(kinds, map(_amount, steps.to_dicts()), strict=True)
    ]
    return steps.with_columns(discount=pl.Series(told, dtype=pl.String))


def _amount(step: dict[str, object]) -> str | None:
    if step["discount_share"] is not None:
        return numbers.percent(step["discount_share"])
    if step["discount_minor"] is not None:
        return numbers.money(int(step["discount_minor"]), str(step["currency"]))
    return None
