"""Changing an agreement in a dialog: say what, see what it comes to, then do it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

import polars as pl
import streamlit as st

from billing.books import queries
from billing.changes.cancellation import CREDITS, Cancel
from billing.changes.change import ChangeSubscription
from billing.changes.pause import EFFECTS, Pause, Resume
from billing.errors import Invalid
from streamlit_app import desk
from streamlit_app.desk import Shown
from streamlit_app.widgets import effect, keeping
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import name_of, text

OPEN, SHOWN = "changing", "change-shown"
KINDS = ("change", "pause", "resume", "cancel")
ROLES = {"admin", "billing", "service"}


class NotANumber(Invalid):
    """What was written as a quantity is none."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open dialog: which change, of which agreement, under which command id."""

    kind: str
    agreement: dict[str, Any]
    command_id: UUID


def buttons(agreement: dict[str, Any]) -> None:
    """Draw a button for each change that an agreement in its state may have."""
    if desk.actor().role not in ROLES or agreement["state"] == "ended":
        return
    paused = is_paused(agreement["subscription_id"])
    kinds = [kind for kind in KINDS if kind != ("pause" if paused else "resume")]
    with st.container(horizontal=True):
        for kind in kinds:
            st.button(
                text(f"change.{kind}"),
                key=f"{kind}-{agreement['subscription_id']}",
                on_click=_open,
                args=(kind, agreement),
            )


def is_paused(subscription_id: str) -> bool:
    """Return whether a pause is recorded that nothing has ended yet."""
    on = desk.moment().on
    history = queries.subscription_history(desk.books(), subscription_id)
    pauses = history.filter(
        pl.col("kind").is_in(["pause", "resume"]) & ~pl.col("undone")
    ).sort("effective_on", maintain_order=True)
    if pauses.is_empty() or pauses["kind"][-1] == "resume":
        return False
    until = pauses["until_on"][-1]
    return until is None or until > on


def dialog_if_open(plans: pl.DataFrame, currency: str) -> None:
    """Draw the dialog while one is open; the plans are those that may be chosen."""
    opened: Opened | None = st.session_state.get(OPEN)
    if opened is None:
        return
    title = f"{text(f'change.{opened.kind}')} · {opened.agreement['subscription_id']}"

    @st.dialog(title, width="large", on_dismiss=_close)
    def draw() -> None:
        with explained():
            if opened.kind == "cancel" and keeping.draw(opened.agreement):
                _close()
                st.rerun()
            command = FORMS[opened.kind](opened.agreement, plans)
            _preview_and_do(command, opened, currency)

    draw()


def _preview_and_do(command: object, opened: Opened, currency: str) -> None:
    """Draw the preview when asked for, and the button that carries it out."""
    if st.button(text("change.preview"), key="change-preview"):
        answer = desk.preview(command, opened.command_id)
        st.session_state[SHOWN] = (command, Shown(opened.command_id, answer))
    seen, shown = st.session_state.get(SHOWN, (None, None))
    if seen != command:
        st.caption(text("change.preview_first"))
        return
    effect.change(shown.answer, currency)
    if st.button(
        text(f"change.do_{opened.kind}"),
        type="primary",
        shortcut="Ctrl+Enter",
        key="change-do",
    ):
        effect.said(desk.carry_out(command, shown), opened.kind)
        _close()
        st.rerun()


def _open(kind: str, agreement: dict[str, Any]) -> None:
    # The id is made when the dialog opens, so a double click is one command.
    st.session_state[OPEN] = Opened(kind, agreement, uuid4())
    st.session_state.pop(SHOWN, None)


def _close() -> None:
    st.session_state.pop(OPEN, None)
    st.session_state.pop(SHOWN, None)


def _change(agreement: dict[str, Any], plans: pl.DataFrame) -> ChangeSubscription:
    names = dict(plans.select("plan_id", "name").iter_rows())
    codes = [agreement["plan_id"], *(p for p in names if p != agreement["plan_id"])]
    plan = st.selectbox(
        text("change.plan"), codes, format_func=lambda code: names.get(code, code)
    )
    before = _number(agreement["quantity"])
    quantity = st.text_input(text("change.quantity"), before)
    other = quantity.strip() != before
    return ChangeSubscription(
        agreement["subscription_id"],
        effective=_when(("now", "renewal", "date")),
        plan_id=plan if plan != agreement["plan_id"] else None,
        quantity=_decimal(quantity) if other else None,
        reason=_reason(),
    )


def _pause(agreement: dict[str, Any], _plans: pl.DataFrame) -> Pause:
    today = desk.moment().on
    start, end = st.columns(2)
    from_on = start.date_input(text("change.from"), today, format="YYYY-MM-DD")
    until_on = end.date_input(text("change.until"), None, format="YYYY-MM-DD")
    chosen = st.radio(
        text("change.pause_effect"),
        EFFECTS,
        format_func=lambda code: name_of("pause_effect", code),
        horizontal=True,
    )
    return Pause(agreement["subscription_id"], from_on, until_on, chosen)


def _resume(agreement: dict[str, Any], _plans: pl.DataFrame) -> Resume:
    return Resume(agreement["subscription_id"], _when(("now", "date")))


def _cancel(agreement: dict[str, Any], _plans: pl.DataFrame) -> Cancel:
    effective = _when(("period_end", "now", "date"))
    credit = st.radio(
        text("change.credit"),
        CREDITS,
        format_func=lambda code: name_of("credit", code),
        horizontal=True,
    )
    waived = st.toggle(text("change.waive_fee"), key="change-waive")
    reason = _reason()
    return Cancel(agreement["subscription_id"], effective, credit, reason, waived)


FORMS: dict[str, Callable[[dict[str, Any], pl.DataFrame], object]] = {
    "change": _change,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
}


def _when(choices: tuple[str, ...]) -> date | str:
    """Draw when the change takes effect: a word of the trade, or a day of its own."""
    when = st.radio(
        text("change.when"),
        choices,
        format_func=lambda code: name_of("when", code),
        horizontal=True,
    )
    if when != "date":
        return when
    return st.date_input(text("change.day"), desk.moment().on, format="YYYY-MM-DD")


def _reason() -> str | None:
    return st.text_input(text("change.reason")).strip() or None


def _number(quantity: Decimal | None) -> str:
    return "1" if quantity is None else f"{quantity.normalize():f}"


def _decimal(written: str) -> Decimal:
    try:
        return Decimal(written.strip().replace(",", "."))
    except InvalidOperation:
        raise NotANumber(text("change.not_a_number", written=written)) from None
