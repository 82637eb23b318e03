"""The player carries out a scenario's steps in order, and notes what each came to."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billing.books import queries
from billing.errors import No
from billing.invoicing.command import PreviewRun
from ingest.scenarios import shape
from ingest.scenarios.actions import ACTIONS
from ingest.scenarios.stage import LEGAL_ENTITY, Answer, NotYet, Stage

MANY = 1_000_000
ISSUING = {"bill", "credit"}


@dataclass(frozen=True, slots=True)
class Played:
    """What one step came to: its answer and the documents it issued, or the refusal."""

    step: int
    on: date
    action: str
    did: dict[str, Any]
    answer: Answer = field(default_factory=dict)
    issued: tuple[str, ...] = ()
    refusal: No | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """What all steps came to, and the days asked about on which more is due."""

    steps: tuple[Played, ...]
    due: tuple[date, ...]


def play(stage: Stage) -> Plot:
    """Carry out the steps in order.

    A day of `nothing_due` is looked at when all steps up to it have been carried out.
    """
    asked = sorted(stage.scenario.expect.nothing_due)
    played: list[Played] = []
    due_after_all: list[date] = []
    for n, step in enumerate(stage.scenario.steps, 1):
        while asked and asked[0] < step.on:
            due_after_all += _due(stage, asked.pop(0))
        played.append(_carried_out(stage, n, step))
    for day in asked:
        due_after_all += _due(stage, day)
    return Plot(tuple(played), tuple(due_after_all))


def _due(stage: Stage, day: date) -> list[date]:
    """Return the day when a run on it would issue something."""
    answer = stage.give(PreviewRun(LEGAL_ENTITY), day, preview=True)
    return [day] if answer["invoices"] or answer["credit_notes"] else []


def _carried_out(stage: Stage, n: int, step: shape.StoryStep) -> Played:
    name, action = step.action
    did = action.model_dump(by_alias=True, exclude_unset=True, mode="json")
    before = len(stage.invoices)
    try:
        answer = ACTIONS[name](stage, action, step.on)
    except NotYet:
        raise
    except No as refusal:
        stage.answers.append({})
        return Played(n, step.on, name, did, refusal=refusal)
    stage.answers.append(answer)
    if name in ISSUING:
        _note_issued(stage)
    return Played(n, step.on, name, did, answer, tuple(stage.invoices[before:]))


def _note_issued(stage: Stage) -> None:
    """Continue the list of documents, in the order of issue."""
    issued = queries.invoices_listed(stage.books, 0, MANY)
    if issued.height:
        stage.invoices = issued.sort("number")["invoice_id"].to_list()
