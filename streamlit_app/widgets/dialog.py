"""A dialog is open while the session says so; what it does is one command.

Streamlit closes a dialog on a full rerun, so its state is ours: a button opens it, the
page draws it while it is open. The command's id is made when it opens, so a double
click is one command (screens.md §7, traps 4 and 5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

import streamlit as st

from streamlit_app import desk
from streamlit_app.desk import Shown
from streamlit_app.widgets import effect
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import text

OPEN, SHOWN = "dialog", "dialog-shown"
Look = Literal["primary", "secondary", "tertiary"]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open dialog: which one, what it is about, the id of its command."""

    name: str
    about: Any
    command_id: UUID


@dataclass(frozen=True, slots=True)
class Doing:
    """A command that a dialog previews and does.

    `shows` draws the preview's answer. `same` tells when the command is still the one
    that was previewed; a command with a frame has no equality of its own.
    """

    command: object
    label: str
    said: str
    shows: Callable[[dict[str, Any]], None] | None = None
    same: object = None


def button(name: str, about: object = None, *, icon: str, look: Look) -> None:
    """Draw the button `dialog.<name>` that opens a dialog about something."""
    st.button(
        text(f"dialog.{name}"),
        icon=icon,
        type=look,
        key=f"open-{name}-{about if isinstance(about, str) else ''}",
        on_click=open_,
        args=(name, about),
    )


def open_(name: str, about: object = None) -> None:
    """Open a dialog; its command gets a new id."""
    st.session_state[OPEN] = Opened(name, about, uuid4())
    st.session_state.pop(SHOWN, None)


def close() -> None:
    """Close what is open."""
    st.session_state.pop(OPEN, None)
    st.session_state.pop(SHOWN, None)


def opened(*names: str) -> Opened | None:
    """Return the dialog that is open, when it is one of these."""
    found: Opened | None = st.session_state.get(OPEN)
    return found if found is not None and found.name in names else None


def draw(found: Opened, body: Callable[[Opened], None]) -> None:
    """Draw a dialog; what is refused in it is said in it."""

    @st.dialog(text(f"dialog.{found.name}"), width="large", on_dismiss=close)
    def drawn() -> None:
        with explained():
            body(found)

    drawn()


def do(doing: Doing, found: Opened) -> dict[str, Any] | None:
    """Preview a command, then draw the button that does it; return its answer if done.

    What is done is what was previewed, or it is refused.
    """
    same = doing.same or doing.command
    seen, shown = st.session_state.get(SHOWN, (None, None))
    if seen != same:
        shown = Shown(found.command_id, desk.preview(doing.command, found.command_id))
        st.session_state[SHOWN] = (same, shown)
    if doing.shows:
        doing.shows(shown.answer)
    if not st.button(
        doing.label, type="primary", shortcut="Ctrl+Enter", key="dialog-do"
    ):
        return None
    answer = desk.carry_out(doing.command, shown)
    effect.said(answer, doing.said)
    close()
    return answer


def done(name: str) -> None:
    """Let the next command of this name be another one."""
    st.session_state.pop(f"once-{name}", None)


def once(name: str) -> UUID:
    """Return the id of a command that a button of this name gives, however often."""
    key = f"once-{name}"
    if key not in st.session_state:
        st.session_state[key] = uuid4()
    found: UUID = st.session_state[key]
    return found
