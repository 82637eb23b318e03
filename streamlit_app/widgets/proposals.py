"""Proposals: changes of the catalogue that wait for another person, or are made."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import proposals
from billing.catalogue.proposal import (
    ApproveCatalogue,
    ProposeCatalogue,
    RejectCatalogue,
    WithdrawCatalogue,
)
from billing.company import Company
from streamlit_app import desk
from streamlit_app.widgets import dialog, effect, empty, numbers, table, url_select
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import text

ROLES = {"admin", "billing", "controller"}
COLUMNS = [
    Column("state", "code", "proposal_state", width=110),
    Column("proposed_on", "date", width=105),
    Column("proposed_by", width=110),
    Column("effective_on", "date", width=105),
    Column("note", width="medium"),
    Column("decided_by", width=110),
    Column("decided_on", "date", width=105),
    Column("decision_note", width="medium"),
    Column("proposal_id", width=170),
]
CHOSEN = "proposal"


def propose(content: str, company: Company) -> None:
    """Draw the end of the workshop: from when, why, and the button that proposes."""
    if desk.actor().role not in ROLES:
        st.caption(text("refusal.role"))
        return
    st.header(text("proposal.title"))
    manual = company.policies.catalogue_approval == "manual"
    st.caption(text("proposal.manual" if manual else "proposal.automatic"))
    first, second = st.columns([1, 3])
    effective_on = first.date_input(
        text("proposal.effective_on"), desk.moment().on, format="YYYY-MM-DD",
        key="proposal-on",
    )  # fmt: skip
    note = second.text_input(text("proposal.note"), key="proposal-note").strip()
    command = ProposeCatalogue(content, effective_on, note)
    if st.button(
        text("proposal.propose" if manual else "proposal.apply"),
        type="primary",
        icon=":material/rocket_launch:",
        shortcut="Ctrl+Enter",
        disabled=not note,
        key="propose",
    ):
        with explained():
            # However often it is pressed it is one proposal, until that is made.
            name = f"propose-{hash(command)}"
            answer = desk.give(command, dialog.once(name))
            dialog.done(name)
            effect.said(answer, f"proposal_{answer['state']}")
            st.session_state[CHOSEN] = answer.get("proposal_id")
            url_select.go("view", "proposals")
            st.rerun()


def tab() -> None:
    """Draw the proposals, those that wait first, and what may be done with one."""
    found = proposals.listed(desk.books())
    if found.is_empty():
        empty.nothing("proposals")
        return
    waits = pl.col("state") == "proposed"
    ordered = found.sort(waits, descending=True, maintain_order=True)
    st.caption(text("proposal.waiting", count=found.filter(waits).height))
    name = f"proposals-{found.height}"
    places = table.show(ordered, COLUMNS, name=name, select="single-cell")
    if places:
        st.session_state[CHOSEN] = ordered["proposal_id"][places[0]]
    chosen = ordered.filter(pl.col("proposal_id") == st.session_state.get(CHOSEN))
    if chosen.is_empty():
        st.caption(text("proposal.choose"))
        return
    with st.container(border=True), explained():
        _proposal(chosen.row(0, named=True))


def _proposal(row: dict[str, Any]) -> None:
    """Draw a proposal: who and why, the file itself, and the next step."""
    st.subheader(table.escaped(row["note"] or row["proposal_id"]))
    facts = text(
        "proposal.facts",
        person=row["proposed_by"],
        day=numbers.day(row["proposed_on"]),
        on=numbers.day(row["effective_on"]),
    )
    st.caption(table.escaped(facts))
    if row["withdrawal_reason"]:
        st.caption(table.escaped(row["withdrawal_reason"]))
    with st.expander(text("workshop.as_file")):
        st.code(row["content"], language="yaml")
    if desk.actor().role not in ROLES or row["state"] not in {"proposed", "applied"}:
        return
    if row["state"] == "applied":
        _step("withdraw", row, lambda why: WithdrawCatalogue(row["proposal_id"], why))
        return
    if row["proposed_by"] == desk.actor().name:
        st.info(text("proposal.own"), icon=":material/group:")
    note = st.text_input(text("proposal.decision"), key="proposal-decision").strip()
    with st.container(horizontal=True):
        _button(
            "approve",
            ApproveCatalogue(row["proposal_id"], row["fingerprint"], note),
            enabled=True,
        )
        _button("reject", RejectCatalogue(row["proposal_id"], note), enabled=bool(note))


def _step(name: str, row: dict[str, Any], command: Any) -> None:  # noqa: ANN401 - a class of command
    st.caption(text(f"proposal.{name}_help"))
    why = st.text_input(
        text("proposal.reason"), key=f"proposal-why-{row['proposal_id']}"
    ).strip()
    _button(name, command(why), enabled=bool(why))


def _button(name: str, command: object, *, enabled: bool) -> None:
    """Draw the button of a step; a refusal is said under it."""
    pressed = st.button(
        text(f"proposal.{name}"),
        type="primary" if name == "approve" else "secondary",
        disabled=not enabled,
        key=f"proposal-{name}",
    )
    if pressed:
        answer = desk.give(command, dialog.once(f"{name}-{hash(command)}"))
        effect.said(answer, f"proposal_{answer['state']}")
        st.rerun()
