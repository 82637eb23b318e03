"""A billing run on the screen: where it stands, what it comes to, what is next."""

from typing import Any
from uuid import uuid4

import polars as pl
import streamlit as st

from billing.books import oversight, queries
from billing.invoicing.command import ApproveRun, CarryOutRun, PreviewRun
from streamlit_app import desk
from streamlit_app.widgets import effect, empty, search, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

PAGE = "operations/invoicing_run.py"
ROLES = {"admin", "billing", "controller"}
ISSUERS = {"admin", "billing"}
RUNS = 1000
STEPS = ("previewed", "approved", "carried_out")
COLUMNS = [
    Column("on_date", "date", width=110),
    Column("run_id", width=150),
    Column("state", "code", "run_state", width=120),
    Column("invoices", "count", width=80),
    Column("credit_notes", "count", width=110),
    Column("total_minor", "money", width=130),
    Column("parked", "count", width=80),
    Column("previewed_by", width=105),
    Column("approved_by", width=105),
]
PLANS = [
    Column("plan_id", width="medium"),
    Column("lines", "count"),
    Column("net_minor", "money"),
    Column("vat_minor", "money"),
]
PARKED = [Column("subscription_id", width=130), Column("reason", width="large")]
ISSUED = [
    Column("invoice_id"),
    Column("kind", "code", "kind"),
    Column("payer_id"),
    Column("due_on", "date"),
    Column("total_minor", "money"),
    Column("reference"),
]


def find(run_id: str) -> dict[str, Any] | None:
    """Return a run by its id; None where there is none."""
    found = oversight.runs(desk.books(), RUNS).filter(pl.col("run_id") == run_id)
    return None if found.is_empty() else found.row(0, named=True)


def currency() -> str:
    """Return the currency that the company's runs are summed in."""
    company = desk.company()
    return company.currency if company else "SEK"


def now() -> dict[str, Any] | None:
    """Return what a run would come to at this moment; None for who may not ask."""
    company = desk.company()
    if company is None or desk.actor().role not in ROLES:
        return None
    return desk.preview(PreviewRun(company.legal_entity), uuid4())


def steps(run: dict[str, Any]) -> None:
    """Draw how far the run has come, and by whom."""
    reached = STEPS.index(run["state"])
    people = {"previewed": run["previewed_by"], "approved": run["approved_by"]}
    with st.container(horizontal=True):
        for place, step in enumerate(STEPS):
            person = people.get(step)
            label = name_of("run_state", step) + (f" · {person}" if person else "")
            done = place <= reached
            icon = ":material/check_circle:" if done else ":material/pending:"
            st.badge(label, icon=icon, color="green" if done else "gray")


def by_plan(answer: dict[str, Any]) -> None:
    """Draw which plans the amounts come from."""
    if answer.get("by_plan"):
        st.header(text("run.by_plan"))
        table.plain(pl.DataFrame(answer["by_plan"]), PLANS, name="by_plan")


def parked(run: dict[str, Any], answer: dict[str, Any] | None) -> None:
    """Draw the agreements that the run leaves out, each with its reason."""
    rows = (answer or {}).get("parked_agreements")
    frame = (
        pl.DataFrame(rows) if rows else oversight.parked(desk.books(), run["run_id"])
    )
    if frame.is_empty():
        return
    st.header(text("run.parked", count=frame.height))
    table.show(frame, PARKED, name="parked")


def next_step(run: dict[str, Any]) -> None:
    """Draw the button of the next step, for those who may take it."""
    role = desk.actor().role
    run_id, fingerprint = run["run_id"], run["fingerprint"]
    if run["state"] == "previewed" and role in ROLES:
        st.caption(text("run.four_eyes", person=run["previewed_by"]))
        _step("approve", ApproveRun(run_id, fingerprint))
    if run["state"] == "approved" and role in ISSUERS:
        _step("carry_out", CarryOutRun(run_id, fingerprint))


def _step(name: str, command: object) -> None:
    # One id for each step of each run: a double click is one command.
    key = f"{name}-{getattr(command, 'run_id', '')}"
    command_id = st.session_state.setdefault(key, uuid4())
    if st.button(
        text(f"run.{name}"), type="primary", shortcut="Ctrl+Enter", key=f"run-{name}"
    ):
        with st.spinner(text("run.working")):
            answer = desk.give(command, command_id)
        effect.said(answer, name)
        st.rerun()


def issued(run: dict[str, Any]) -> None:
    """Draw the documents that the run issued."""
    found = queries.invoices_of_run(desk.books(), run["run_id"])
    st.header(text("run.issued", count=found.height))
    if found.is_empty():
        empty.nothing("issued")
        return
    chosen = table.show(found, ISSUED, name="issued", select="single-cell")
    if chosen:
        number = found["invoice_id"][chosen[0]]
        st.switch_page(search.DOCUMENT, query_params={"invoice": number})
