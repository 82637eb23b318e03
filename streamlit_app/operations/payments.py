"""Deviations: payments that did not find their invoice, and what becomes of them."""

import polars as pl
import streamlit as st

from billing.books import queries
from streamlit_app import desk
from streamlit_app.widgets import deviation, effect, empty, numbers, table
from streamlit_app.widgets.url_select import url_select
from streamlit_app.widgets.wording import name_of, text

ALL = "all"

effect.toast()
st.title(text("page.payments"))
for refusal in st.session_state.pop("refusals", ()):
    st.warning(refusal, icon=":material/sync_problem:")
waiting = queries.deviations_open(desk.books(), desk.moment().on)
if waiting.is_empty():
    empty.nothing("deviations")
    st.stop()

reasons = [ALL, *waiting["reason"].unique().sort()]
with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container(width=260):
        chosen_reason = url_select(
            text("column.reason"), "st", reasons, lambda code: name_of("reason", code)
        )
    shown = waiting.filter((pl.col("reason") == chosen_reason) | (chosen_reason == ALL))
    total = numbers.money(int(shown["amount_minor"].sum()))
    st.caption(text("deviation.waiting", count=shown.height, total=total))

places = table.show(
    shown, deviation.COLUMNS, name=f"deviations-{waiting.height}", select="multi-row"
)
chosen = [shown.row(place, named=True) for place in places]
if not chosen:
    st.caption(text("deviation.choose"))
    st.stop()

with st.container(border=True):
    if len(chosen) == 1:
        deviation.facts(chosen[0])
    else:
        st.subheader(text("deviation.several", count=len(chosen)))
    if desk.actor().role not in deviation.ROLES:
        st.caption(text("refusal.role"))
        st.stop()
    outcome = deviation.decide(chosen)
if outcome is not None:
    st.session_state["refusals"] = outcome.refusals
    if outcome.done:
        effect.said({"count": outcome.done}, "decided")
    st.rerun()
