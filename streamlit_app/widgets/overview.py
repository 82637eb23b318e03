"""The parts of the overview: the queue, the cards, the charts with their tables."""

import polars as pl
import streamlit as st

from billing.books import queries
from billing.company import Company
from streamlit_app import desk, figures
from streamlit_app.warehouse import Answer
from streamlit_app.widgets import charts, empty, numbers
from streamlit_app.widgets.charts import Series
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, named, text

BUCKETS = (
    "credit",
    "not_due",
    "days_1_30",
    "days_31_60",
    "days_61_90",
    "days_over_90",
)
MOVEMENTS = (
    "new",
    "expansion",
    "reactivation",
    "contraction",
    "churn",
    "transfer",
)
CARDS = ("receivables_minor", "overdue_minor", "cash_minor", "deferred_minor")


def waiting() -> None:
    """Draw what waits for a person right now, one click from its list."""
    deviations = queries.deviations_open(desk.books(), desk.moment().on)
    if deviations.is_empty():
        st.badge(text("home.nothing_waits"), icon=":material/done_all:", color="green")
        return
    oldest = int(deviations["age_days"].max())
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key="waiting"
    ):
        st.markdown(
            text("home.deviations", count=deviations.height, days=oldest),
            width="stretch",
        )
        st.page_link(
            "operations/payments.py",
            label=text("home.to_deviations"),
            icon=":material/arrow_forward:",
            icon_position="right",
        )


def cards(standing: Answer, company: Company) -> None:
    """Draw the cards, each with a line that says what the number is."""
    row = standing.frame.row(0, named=True)
    months = figures.mrr_by_month(company.legal_entity)
    first, *places = st.columns(len(CARDS) + 1)
    if months is not None and not months.frame.is_empty():
        with first:
            _mrr_card(months.frame, company.currency)
    for name, place in zip(CARDS, places, strict=True):
        with place:
            st.metric(
                text(f"card.{name}"),
                numbers.whole(row[name], company.currency),
                border=True,
                height="stretch",
                help=text(f"help.{name}", customers=row["customers_overdue"]),
            )
    day = numbers.day(standing.build.as_of)
    st.caption(text("label.as_of", day=day, build=standing.build.build_id))


def _mrr_card(months: pl.DataFrame, currency: str) -> None:
    """Draw MRR with its change since the month before."""
    latest = months["mrr_minor"].tail(2).to_list()
    delta = numbers.whole(latest[-1] - latest[0], currency)
    st.metric(
        "MRR",
        numbers.whole(latest[-1], currency),
        delta if latest[-1] != latest[0] else None,
        delta_description=text("home.since_last_month"),
        border=True,
        help=text("help.mrr"),
    )


def mrr(legal_entity: str) -> None:
    """Draw MRR at the month ends."""
    answer = figures.mrr_by_month(legal_entity)
    if answer is None or answer.frame.is_empty():
        empty.nothing("mrr")
        return
    columns = [
        Column("month"),
        Column("mrr_minor", "money"),
        Column("customers", "count"),
    ]
    charts.area(Series(_months(answer.frame), "month", "mrr_minor", "mrr"), columns)


def movements(legal_entity: str) -> None:
    """Draw what changed MRR in each month, above and below zero."""
    answer = figures.mrr_movements(legal_entity)
    if answer is None or answer.frame.is_empty():
        empty.nothing("mrr")
        return
    frame = _months(answer.frame)
    frame = frame.with_columns(part=named(frame["movement"], "movement"))
    order = [name_of("movement", code) for code in MOVEMENTS]
    columns = [
        Column("month"),
        Column("part"),
        Column("delta_minor", "money"),
        Column("customers", "count"),
    ]
    charts.bars(
        Series(frame, "month", "delta_minor", "movements", "part", order), columns
    )


def ageing(legal_entity: str) -> None:
    """Draw what is owed by how late it is, the credits first."""
    answer = figures.ageing(legal_entity)
    if answer is None or answer.frame.is_empty():
        empty.nothing("receivables")
        return
    order = pl.DataFrame({"age_bucket": BUCKETS})
    frame = order.join(
        answer.frame, on="age_bucket", how="inner", maintain_order="left"
    )
    frame = frame.with_columns(bucket=named(frame["age_bucket"], "bucket"))
    columns = [
        Column("bucket"),
        Column("balance_minor", "money"),
        Column("items", "count"),
        Column("customers", "count"),
    ]
    charts.bars(Series(frame, "bucket", "balance_minor", "ageing"), columns)


def cash(legal_entity: str) -> None:
    """Draw what came in during each week, named as Swedes name weeks."""
    answer = figures.cash_by_week(legal_entity)
    if answer is None or answer.frame.is_empty():
        empty.nothing("cash")
        return
    week = pl.lit(f"{text('chart.week')} ") + pl.col("week_start").dt.week().cast(
        pl.String
    )
    columns = [
        Column("week"),
        Column("week_start", "date"),
        Column("amount_minor", "money"),
        Column("payments", "count"),
    ]
    frame = answer.frame.with_columns(week=week)
    charts.bars(Series(frame, "week", "amount_minor", "cash"), columns)


def _months(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its months named, in the order of time."""
    ordered = frame.sort("month_end")
    names = [numbers.month(month) for month in ordered["month_end"]]
    return ordered.with_columns(month=pl.Series(names, dtype=pl.String))
