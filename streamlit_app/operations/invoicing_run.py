"""One billing run: its totals and reasons, its approval, and what it issued."""

import streamlit as st

from streamlit_app.widgets import billing_run, effect, empty
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import text

effect.toast()
st.page_link(
    "operations/invoicing.py", label=text("run.back"), icon=":material/arrow_back:"
)
run_id = st.query_params.get("run", "")
run = billing_run.find(run_id)
if run is None:
    empty.nothing("unknown_run", run=run_id)
    st.stop()

st.title(text("run.title", day=run["on_date"], run=run_id))
billing_run.steps(run)
effect.totals(run, billing_run.currency())
now = None
if run["state"] != "carried_out":
    with explained():
        now = billing_run.now()
    if now is not None and now.get("fingerprint") != run["fingerprint"]:
        st.warning(text("run.changed"), icon=":material/sync_problem:")
    elif now is not None:
        billing_run.by_plan(now)
billing_run.parked(run, now)
with explained():
    billing_run.next_step(run)
if run["state"] == "carried_out":
    billing_run.issued(run)
