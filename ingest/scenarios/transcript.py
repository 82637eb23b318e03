"""The transcript tells what was played, step by step, and what came out otherwise."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.scenarios.comparison import Row
from ingest.scenarios.player import Played
from ingest.scenarios.shape import Scenario


@dataclass(frozen=True, slots=True)
class Transcript:
    """One story as it went."""

    scenario: Scenario
    played: tuple[Played, ...]
    documents: tuple[Row, ...]
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Return whether everything came out as expected."""
        return not self.faults


def text(path: Path, transcripts: list[Transcript]) -> str:
    """Return a file's stories in words."""
    return "\n\n".join([str(path), *(_story(t) for t in transcripts)])


def _story(transcript: Transcript) -> str:
    lines = [f"{'✓' if transcript.passed else '✗'} {transcript.scenario.scenario}"]
    documents = {row["number"]: row for row in transcript.documents}
    issued = 0
    for step in transcript.played:
        lines.append(f"  {step.step:>3}  {step.on}  {_step(step)}")
        for _ in step.issued:
            issued += 1
            lines += _document(documents[issued])
    lines += [f"       ✗ {fault}" for fault in transcript.faults]
    return "\n".join(lines)


def _step(step: Played) -> str:
    said = " ".join(f"{key}={_value(value)}" for key, value in step.did.items())
    refused = f"  refused ({step.refusal.kind}): {step.refusal}" if step.refusal else ""
    return f"{step.action} {said}".rstrip() + refused


def _value(value: Any) -> str:  # noqa: ANN401 - a field may be anything
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _document(row: Row) -> list[str]:
    kind = row["kind"].replace("_", " ")
    head = (
        f"         → {kind} {row['number']} to {row['customer']}, due {row['due']}: "
        f"{row['net']} + VAT {row['vat']} = {row['total']}"
    )
    return [
        head,
        *(
            f"             {line['item'] or line['text']}"
            f"  {line['from']} – {line['to']}"
            f"  {line['quantity'].normalize():f} st  {line['net']}"
            for line in row["lines"]
        ),
    ]


def document(path: Path, transcripts: list[Transcript]) -> str:
    """Return a file's stories as one JSON document."""
    told = {
        "file": str(path),
        "passed": all(t.passed for t in transcripts),
        "scenarios": [_as_data(t) for t in transcripts],
    }
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def _as_data(transcript: Transcript) -> dict[str, Any]:
    return {
        "scenario": transcript.scenario.scenario,
        "source": transcript.scenario.source,
        "passed": transcript.passed,
        "steps": [_step_as_data(step) for step in transcript.played],
        "documents": list(transcript.documents),
        "faults": list(transcript.faults),
    }


def _step_as_data(step: Played) -> dict[str, Any]:
    told = {
        "step": step.step,
        "on": step.on,
        "action": step.action,
        "did": step.did,
        "issued": list(step.issued),
    }
    if step.refusal is not None:
        told["refused"] = {"kind": step.refusal.kind, "message": step.refusal.message}
    return told
