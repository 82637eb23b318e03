"""An effect preview is what a command would come to, shown before it is carried out."""

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from streamlit_app.widgets import numbers, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import text

TOTALS = ["net_minor", "vat_minor", "total_minor"]
LINES = [
    Column("text", width="medium"),
    Column("period_from", "date"),
    Column("last_day", "date"),
    Column("net_minor", "money"),
    Column("vat_minor", "money"),
]


def totals(answer: dict[str, Any], currency: str) -> None:
    """Draw what a run or a change issues: documents, net, VAT and total."""
    documents = answer.get("invoices", 0) + answer.get("credit_notes", 0)
    with st.container(horizontal=True):
        st.metric(text("effect.documents"), numbers.count(documents), border=True)
        for name in TOTALS:
            amount = numbers.money(answer.get(name, 0), currency)
            st.metric(text(f"column.{name}"), amount, border=True)


def change(answer: dict[str, Any], currency: str) -> None:
    """Draw what a change to an agreement makes the next run issue instead."""
    effect = answer.get("effect", {})
    with_change, without = effect.get("next_run", {}), effect.get("without_change", {})
    st.markdown(text("effect.effective_on", day=answer.get("effective_on", "")))
    rows = [
        {"what": text(f"effect.{name}")} | {key: part.get(key, 0) for key in TOTALS}
        for name, part in (("without", without), ("with", with_change))
    ]
    columns = [Column("what"), *(Column(name, "money") for name in TOTALS)]
    table.plain(pl.DataFrame(rows), columns, name="effect")
    lines(effect.get("lines", []))
    if fee := answer.get("exit_fee_minor"):
        st.warning(
            text("effect.exit_fee", fee=numbers.money(fee, currency)),
            icon=":material/lock_clock:",
        )
    st.caption(text("effect.next_run", currency=currency))


def lines(found: list[dict[str, Any]]) -> None:
    """Draw the lines of the next run, with the last day of each period."""
    if not found:
        st.caption(text("effect.no_lines"))
        return
    frame = pl.DataFrame(found, infer_schema_length=None).with_columns(
        period_from=_day("period_from"),
        last_day=_day("period_to").dt.offset_by("-1d"),
    )
    table.show(frame, LINES, name="effect_lines")


def _day(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.to_date(strict=False)


def said(answer: dict[str, Any], key: str) -> None:
    """Say that a command is carried out, after the page is drawn anew."""
    st.session_state["said"] = text(f"said.{key}", **answer)


def toast() -> None:
    """Show what the last command said, once."""
    words = st.session_state.pop("said", None)
    if words:
        st.toast(words, icon=":material/check_circle:")


def last_day(end: date | None) -> str:
    """Return the last day of a half-open period, the way that people say it."""
    return "" if end is None else numbers.day(date.fromordinal(end.toordinal() - 1))
