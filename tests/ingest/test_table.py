"""A table is read whatever encoding and delimiter it was saved with."""

import io

import polars as pl
import pytest

from ingest.base import table
from ingest.base.table import WrongTable

ROWS = [("1", "Åsa Öberg", "Storgatan 1"), ("2", "Bo", None)]


def encoded(delimiter: str, encoding: str) -> bytes:
    lines = ["nr,namn,adress", "1,Åsa Öberg,Storgatan 1", "2,Bo,"]
    text = "\r\n".join(line.replace(",", delimiter) for line in lines)
    return text.encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_encoding_and_delimiter_are_found(delimiter: str, encoding: str) -> None:
    found = table.read(encoded(delimiter, encoding), "kunder.csv")
    assert found.cells.drop("line").rows() == ROWS
    assert found.delimiter == delimiter


def test_excel_gives_the_same_cells_as_csv() -> None:
    book = io.BytesIO()
    pl.DataFrame(ROWS, schema=["nr", "namn", "adress"], orient="row").write_excel(book)
    found = table.read(book.getvalue(), "kunder.xlsx")
    assert found.cells.drop("line").rows() == ROWS
    assert found.cells["line"].to_list() == [2, 3]


def test_a_line_end_in_quotes_keeps_the_lines_counted() -> None:
    data = b'nr,namn\n1,"Kim\nBergman"\n\n3,Bo\n4\n'
    found = table.read(data, "kunder.csv")
    assert found.cells["line"].to_list() == [2, 5]
    assert found.refused["line"].to_list() == [6]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"  \n", "is empty"),
        (b"a;b\x00c", "is not text"),
        (b"a;;c\n1;2;3", "column 2 has no heading"),
        (b"a;a\n1;2", "stands twice"),
        (b"PK\x03\x04nonsense", "cannot be opened as Excel"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(WrongTable, match=words):
        table.read(data, "kunder.csv")
