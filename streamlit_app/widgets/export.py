"""An export is a table as a file that a spreadsheet opens right: CSV or Excel.

CSV has semicolons, a decimal comma and a byte-order mark, as a Swedish Excel reads it.
Text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

import polars as pl
import polars.selectors as cs
import streamlit as st
import xlsxwriter

from billing.money import exponent
from streamlit_app import desk
from streamlit_app.widgets import numbers
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import named, text

FORMULA = "^[=+@\\-\t\r]"
KRONOR = "#,##0.00"


def buttons(frame: pl.DataFrame, columns: Sequence[Column], *, name: str) -> None:
    """Draw the two buttons that hand out the rows of a table as a file."""
    with st.container(horizontal=True, key=f"export-{name}"):
        st.download_button(
            text("export.csv"),
            data=lambda: csv(frame, columns),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
            key=f"csv-{name}",
        )
        st.download_button(
            text("export.xlsx"),
            data=lambda: xlsx(frame, columns, name=name),
            file_name=f"{name}.xlsx",
            on_click="ignore",
            icon=":material/table_view:",
            type="tertiary",
            key=f"xlsx-{name}",
        )


def csv(frame: pl.DataFrame, columns: Sequence[Column]) -> bytes:
    """Return the rows as CSV with headings in the reader's language."""
    written = typed(frame, columns).with_columns(
        cs.decimal().cast(pl.String).str.replace(".", ",", literal=True)
    )
    return written.write_csv(include_bom=True, separator=";").encode()


def xlsx(frame: pl.DataFrame, columns: Sequence[Column], *, name: str) -> bytes:
    """Return the rows as a workbook: typed cells, a frozen heading, who took it out."""
    file = BytesIO()
    money = {text(f"column.{c.name}"): KRONOR for c in columns if c.kind == "money"}
    with xlsxwriter.Workbook(file) as book:
        typed(frame, columns).write_excel(
            book, name, column_formats=money, freeze_panes=(1, 0), autofit=True
        )
        about = book.add_worksheet(text("export.about"))
        about.write_column(0, 0, _about(frame.height))
    return file.getvalue()


def _about(rows: int) -> list[str]:
    """Return the lines that say where a file comes from."""
    at = numbers.clock(desk.moment().at)
    return [
        text("export.made", person=desk.actor().name, at=at),
        text("export.rows", rows=rows),
        text("label.now"),
    ]


def typed(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return the rows under their headings: amounts as kronor, codes by their names."""
    shown = {
        text(f"column.{column.name}"): _cells(frame[column.name], column)
        for column in columns
        if column.name in frame.columns
    }
    return pl.DataFrame(shown)


def _cells(values: pl.Series, column: Column) -> pl.Series:
    if column.kind == "money":
        digits = exponent("SEK")
        kronor = [
            None if minor is None else Decimal(int(minor)).scaleb(-digits)
            for minor in values
        ]
        return pl.Series(kronor, dtype=pl.Decimal(18, digits))
    if column.kind == "code":
        values = named(values, column.group)
    return safe(values) if values.dtype == pl.String else values


def safe(values: pl.Series) -> pl.Series:
    """Return text that no spreadsheet takes for a formula.

    >>> safe(pl.Series(["=1+1", "-x", "Åsa"])).to_list()
    ["'=1+1", "'-x", 'Åsa']
    """
    risky = values.str.contains(FORMULA)
    return pl.select(
        pl.when(risky).then(pl.lit("'") + values).otherwise(values)
    ).to_series()
