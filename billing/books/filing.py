"""Filing keeps every byte that comes or goes, and what was found wrong with it."""

from dataclasses import dataclass

import polars as pl

from billing.books.handle import Given
from billing.decision import Decision

FINDINGS = pl.Schema(
    {
        "severity": pl.String,
        "line": pl.Int64,
        "field": pl.String,
        "message": pl.String,
        "remedy": pl.String,
        "record": pl.String,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class RecordFile:
    """Command: a file has come or gone; findings say what in it could not be used."""

    sha256: str
    direction: str
    name: str
    kind: str
    size: int
    findings: pl.DataFrame


def record_file(command: RecordFile, given: Given) -> Decision:
    """Record a file once, by its hash, with its findings."""
    if given.rows("select 1 from files where sha256 = %s", (command.sha256,)):
        return Decision(answer={"sha256": command.sha256, "known": True})
    findings = command.findings.select(FINDINGS.names()).with_columns(
        sha256=pl.lit(command.sha256), n=pl.int_range(1, pl.len() + 1)
    )
    row = {
        "sha256": command.sha256,
        "direction": command.direction,
        "name": command.name,
        "kind": command.kind,
        "size": command.size,
        "handled_on": given.moment.on,
    }
    return Decision(
        rows={"files": [row], "file_findings": findings},
        answer={"sha256": command.sha256, "known": False},
    )
