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
from streamlit_app.widgets.wording import named, text

Kind = Literal["text", "money", "date", "clock", "count", "share", "code", "amount"]
Selection = Literal["ignore", "single-cell", "multi-row"]
MAX_ROWS = 5000
RIGHT = {"money", "amount", "count", "share"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the frame, its kind, and the group of its codes."""

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
        "alt": text(f"table.{name.partition('-')[0]}"),
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
            for value in shown[column.name].to_list()
        ]
        for column in columns
    }
    with st.container(key=f"plain-{name}"):
        st.html(_aligned(name, columns))
        st.table(
            pd.DataFrame(written),
            border="horizontal",
            hide_index=True,
            alt=text(f"table.{name}"),
        )


def _aligned(name: str, columns: Sequence[Column]) -> str:
    """Return the style that sets numbers flush right, under their headings."""
    places = [n for n, column in enumerate(columns, 1) if column.kind in RIGHT]
    cells = ", ".join(
        f".st-key-plain-{name} {cell}:nth-child({n})"
        for n in places
        for cell in ("th", "td")
    )
    return (
        f"<style>{cells} {{ text-align: right !important; }}"
        f".st-key-plain-{name} tr > *:nth-child(1) {{ padding-left: 2px; }}</style>"
    )


def _named(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return the columns shown, codes by their names; a missing one is empty."""
    nothing = pl.Series([None] * frame.height, dtype=pl.String)
    shown = {
        column.name: frame[column.name] if column.name in frame.columns else nothing
        for column in columns
    }
    codes = {
        column.name: named(shown[column.name], column.group)
        for column in columns
        if column.kind == "code"
    }
    return pl.DataFrame(shown | codes)


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
    """Return text that Markdown leaves alone: a name is data, never markup."""
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
