"""A decision is what a command comes to.

Rows to append, an answer, and nothing done yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

Rows = pl.DataFrame | list[dict[str, Any]]


EVENTS = pl.Schema(
    {"kind": pl.String, "aggregate": pl.String, "aggregate_id": pl.String}
)


def events(kind: str, aggregate: str, ids: pl.Series) -> pl.DataFrame:
    """Return one event of the kind for each object: what others may want to know."""
    return pl.DataFrame(
        {
            "kind": [kind] * len(ids),
            "aggregate": [aggregate] * len(ids),
            "aggregate_id": ids,
        },
        schema=EVENTS,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """The rows per table in the order of appending, the answer to the caller.

    Marks.

    `told` is added to the answer once and never stored: secrets, and what is long.
    `counters` are the next numbers of the series used; `touched` are the agreements
    whose billing must be looked at anew; `positions` replaces where billing stands.
    """

    rows: Mapping[str, Rows] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    counters: Mapping[tuple[str, str], int] = field(default_factory=dict)
    touched: tuple[str, ...] = ()
    positions: pl.DataFrame | None = None
    events: pl.DataFrame = field(default_factory=EVENTS.to_frame)

    @property
    def changes_nothing(self) -> bool:
        """Return whether there is nothing to append, count, mark or tell."""
        return (
            all(is_empty(rows) for rows in self.rows.values())
            and not self.counters
            and not self.touched
            and (self.positions is None or self.positions.is_empty())
            and self.events.is_empty()
        )


def is_empty(rows: Rows) -> bool:
    """Return whether there is nothing to append."""
    return len(rows) == 0
