"""A table is rows with named columns, each shown after its kind: money, date, code.

Numbers stay numbers, so that a click on a heading sorts them; Babel writes what is
read. The headings are `column.<name>` of the wording.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import polars as pl
import streamlit as st

from streamlit_app.widgets import numbers
from streamlit_app.widgets.wording import name_of, text

Kind = Literal["text", "money", "date", "clock", "count", "share", "code"]
Selection = Literal["ignore", "single-cell", "multi-row"]
MAX_ROWS = 5000
RIGHT = {"money", "count", "share"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the frame, its kind, and the group its codes belong to."""

    name: str
    kind: Kind = "text"
    group: str = ""
    width: int | Literal["small", "medium", "large"] | None = None


def show(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    *,
    name: str,
    select: Selection = "ignore",
) -> list[int]:
    """Draw the rows; return the places of those that the person selected."""
    shown = _named(frame.head(MAX_ROWS), columns)
    options: dict[str, Any] = {
        "hide_index": True,
        "alt": text(f"table.{name}"),
        "column_config": _config(columns),
        "placeholder": "",
        "key": f"table-{name}",
    }
    if select == "ignore":
        st.dataframe(_written(shown, columns), **options)
        return []
    state = st.dataframe(
        _written(shown, columns), on_select="rerun", selection_mode=select, **options
    )
    return _places(state, select, frame.height)


def plain(frame: pl.DataFrame, columns: Sequence[Column], *, name: str) -> None:
    """Draw a short table as real HTML, which screen readers and printers read well."""
    shown = _named(frame, columns)
    written = {
        _heading(column): [
            escaped(_writer(column)(value), right=column.kind in RIGHT)
            for value in _values(shown, column)
        ]
        for column in columns
    }
    right = [_heading(column) for column in columns if column.kind in RIGHT]
    style = pd.DataFrame(written).style.set_properties(
        subset=right, **{"text-align": "right"}
    )
    st.table(style, border="horizontal", hide_index=True, alt=text(f"table.{name}"))


def _named(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return the columns that are shown, codes by their names; a missing one is empty."""
    return frame.select(
        (pl.col(column.name) if column.name in frame.columns else pl.lit(None)).alias(
            column.name
        )
        for column in columns
    ).with_columns(
        pl.col(column.name).map_elements(
            lambda code, group=column.group: name_of(group, code),
            return_dtype=pl.String,
        )
        for column in columns
        if column.kind == "code" and column.name in frame.columns
    )


def _written(frame: pl.DataFrame, columns: Sequence[Column]) -> Any:  # noqa: ANN401 - pandas hands out a Styler that has no public type
    """Return the frame with a writer for each column that is not plain text."""
    data = pd.DataFrame({column.name: _series(frame, column) for column in columns})
    formats = {
        column.name: _writer(column) for column in columns if column.kind != "text"
    }
    return data.style.format(formats, na_rep="")


def _series(frame: pl.DataFrame, column: Column) -> pd.Series:
    """Return a column for pandas; whole numbers stay whole beside gaps."""
    values = frame[column.name]
    if values.dtype.is_integer():
        return pd.Series(values.to_list(), dtype="Int64")
    return pd.Series(values.to_list(), dtype="object")


def _values(frame: pl.DataFrame, column: Column) -> list[Any]:
    return frame[column.name].to_list()


def _writer(column: Column) -> Callable[[Any], str]:
    writers: dict[str, Callable[[Any], str]] = {
        "money": numbers.money,
        "date": numbers.day,
        "clock": numbers.clock,
        "count": numbers.count,
        "share": numbers.percent,
    }
    write = writers.get(column.kind, str)
    return lambda value: "" if value is None or value is pd.NA else write(value)


def _config(columns: Sequence[Column]) -> dict[str, Any]:
    return {
        column.name: st.column_config.Column(
            _heading(column),
            width=column.width,
            alignment="right" if column.kind in RIGHT else "left",
        )
        for column in columns
    }


def _heading(column: Column) -> str:
    return text(f"column.{column.name}")


def escaped(value: str, *, right: bool = False) -> str:
    """Return text that Markdown leaves alone: a customer's name is data, never markup."""
    if right:
        return value
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|<>~$:" else c for c in value)


def _places(state: Any, select: Selection, height: int) -> list[int]:  # noqa: ANN401 - Streamlit's state is a dictionary of its own
    """Return the selected rows that still exist: the rows may be fewer than before."""
    chosen = state["selection"]
    if select == "single-cell":
        places = [place for place, _ in chosen["cells"]]
    else:
        places = list(chosen["rows"])
    return [place for place in places if place < height]
