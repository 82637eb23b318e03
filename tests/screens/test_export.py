"""House rule 5: a table leaves as a file that a Swedish Excel opens right."""

from io import BytesIO

import openpyxl
import polars as pl
import pytest

from streamlit_app.widgets import export
from streamlit_app.widgets.table import Column

ROWS = pl.DataFrame(
    {
        "name": ["Åsa Öberg", "=cmd()", "+46 70", "-1", "@x", None],
        "kind": ["person", "company", "person", "person", "person", None],
        "balance_minor": [123456, -50, 0, 1, 2, None],
    }
)
COLUMNS = [
    Column("name"),
    Column("kind", "code", "customer_kind"),
    Column("balance_minor", "money"),
]


def test_csv_has_semicolons_a_decimal_comma_and_the_mark_of_utf_8():
    lines = export.csv(ROWS, COLUMNS).decode("utf-8").splitlines()
    assert lines[0] == "\N{ZERO WIDTH NO-BREAK SPACE}Namn;Slag;Saldo"
    assert lines[1] == "Åsa Öberg;Privatperson;1234,56"


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_text_that_looks_like_a_formula_is_text(place):
    cell = export.typed(ROWS, COLUMNS)["Namn"][place]
    assert cell == "'" + ROWS["name"][place]


def test_excel_has_numbers_a_frozen_heading_and_who_took_it_out(monkeypatch):
    monkeypatch.setenv("SALDO_USER", "anna")
    file = export.xlsx(ROWS, COLUMNS, name="customers")
    book = openpyxl.load_workbook(BytesIO(file))
    sheet, about = book.worksheets
    assert sheet["C2"].value == pytest.approx(1234.56)
    assert sheet.freeze_panes == "A2"
    assert sheet["A3"].value == "'=cmd()"
    assert "anna" in about["A1"].value
