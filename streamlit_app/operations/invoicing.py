"""Billing runs: preview what would be issued today, and what became of earlier runs."""

from uuid import uuid4

import streamlit as st

from billing.books import oversight
from billing.invoicing.command import PreviewRun
from streamlit_app import desk
from streamlit_app.widgets import billing_run, effect, empty, table
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import text

LIMIT = 60

effect.toast()
st.title(text("page.invoicing"))
st.caption(text("invoicing.intro"))
company = desk.company()
if company is None:
    empty.nothing("company")
    st.stop()

if desk.actor().role in billing_run.ROLES and st.button(
    text("invoicing.preview", name=company.name),
    type="primary",
    icon=":material/visibility:",
    shortcut="Ctrl+Enter",
    key="preview-run",
):
    with explained():
        answer = desk.give(PreviewRun(company.legal_entity), uuid4())
        if answer["state"] == "nothing_due":
            st.info(text("invoicing.nothing_due"), icon=":material/done_all:")
        else:
            st.switch_page(billing_run.PAGE, query_params={"run": answer["run_id"]})

st.header(text("invoicing.runs"))
runs = oversight.runs(desk.books(), LIMIT)
if runs.is_empty():
    empty.nothing("runs")
else:
    chosen = table.show(runs, billing_run.COLUMNS, name="runs", select="single-cell")
    if chosen:
        run_id = runs["run_id"][chosen[0]]
        st.switch_page(billing_run.PAGE, query_params={"run": run_id})
