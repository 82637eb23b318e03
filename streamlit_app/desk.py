"""The desk is where the signed-in person sits: their books, who they are, what they do.

The person comes from the environment (`SALDO_USER`, `SALDO_ROLE`). A demonstration has
`SALDO_ROLES=demo` (`saldo serve` sets it for a demo home) to change seats on the
screen, so that four eyes can be shown by two; the handler authorises each command
whatever the screen shows.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import streamlit as st

from billing.books import queries
from billing.books.handle import Actor, Moment, handle
from billing.books.home import Home
from billing.books.session import Books, open_books
from billing.company import Company
from billing.errors import Conflict

DEFAULT_USER, DEFAULT_ROLE = "kassör", "admin"
DEMONSTRATION = {
    "kassör": "admin",
    "fakturerare": "billing",
    "kundtjänst": "service",
    "controller": "controller",
    "läsare": "viewer",
}
SEAT, ENTITY = "user", "le"


class ChangedSinceShown(Conflict):
    """What the command comes to is no longer what the person was shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The command as it was previewed: its id, and what the preview said."""

    command_id: UUID
    answer: dict[str, Any]


def books() -> Books:
    """Return the books of this process's home, opened once."""
    return _books(str(Home.from_environment().path))


@st.cache_resource(show_spinner=False)
def _books(home: str) -> Books:
    from pathlib import Path

    return open_books(Home(Path(home)).made())


def seats() -> dict[str, str]:
    """Return who may sit here, by role: one person, or those of a demonstration."""
    if os.environ.get("SALDO_ROLES") == "demo":
        return DEMONSTRATION
    user = os.environ.get("SALDO_USER", DEFAULT_USER)
    return {user: os.environ.get("SALDO_ROLE", DEFAULT_ROLE)}


def actor() -> Actor:
    """Return the person at the screen."""
    everyone = seats()
    name = st.session_state.get(SEAT)
    if name not in everyone:
        name = next(iter(everyone))
    return Actor(name, everyone[name], "screen")


def moment() -> Moment:
    """Return now; the desk is where the screens' clock hangs."""
    return Moment.of(datetime.now(UTC))  # noqa: TID251 - the one clock of this shell


def companies() -> list[Company]:
    """Return the legal entities of these books as they are today."""
    return queries.companies(books(), moment().on)


def company() -> Company | None:
    """Return the legal entity chosen in the header; None while there is none."""
    everyone = {one.legal_entity: one for one in companies()}
    chosen = str(st.session_state.get(ENTITY))
    return everyone.get(chosen) or next(iter(everyone.values()), None)


def preview(command: object, command_id: UUID) -> dict[str, Any]:
    """Return what a command would come to; nothing is recorded."""
    return handle(
        books(),
        command,
        actor=actor(),
        moment=moment(),
        command_id=command_id,
        preview=True,
    )


def carry_out(command: object, shown: Shown) -> dict[str, Any]:
    """Carry out a command that was shown; refuse when it comes to something else."""
    if _effect(preview(command, shown.command_id)) != _effect(shown.answer):
        raise ChangedSinceShown(
            "what this comes to has changed since you looked; look at it once more"
        )
    return give(command, shown.command_id)


def give(command: object, command_id: UUID) -> dict[str, Any]:
    """Carry out a command at once; the same id twice is one effect."""
    return handle(
        books(), command, actor=actor(), moment=moment(), command_id=command_id
    )


def _effect(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the part of an answer that a person decides by: all but new names."""
    return {key: part for key, part in answer.items() if not key.endswith("_id")}
