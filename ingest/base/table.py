r"""A table is what a CSV or Excel file says: text under headings, each row on its line.

>>> table = read("nr;namn\n1;Åsa Öberg\n2\n".encode("latin-1"), "kunder.csv")
>>> table.cells.rows()
[(2, '1', 'Åsa Öberg')]
>>> table.refused.select("line", "message").rows()
[(3, 'the row has 1 cells under 2 headings')]
>>> (table.encoding, table.delimiter)
('windows-1252', ';')
"""

import csv
import io
from dataclasses import dataclass, replace
from pathlib import PurePath

import fastexcel
import polars as pl

from billing.errors import Invalid
from ingest.base import refusal

DELIMITERS = ";\t,|"
EXCEL = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
CELL_MAX = 1 << 20
LINE = "line"


class WrongTable(Invalid):
    """The bytes are no table that can be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Cells as text with the line of each row, and the rows that have no such shape.

    `cells` has `line` and one column per heading; an empty cell is null. `refused` has
    the columns of `refusal.REFUSED`.
    """

    cells: pl.DataFrame
    refused: pl.DataFrame
    encoding: str
    delimiter: str

    @property
    def headings(self) -> list[str]:
        """Return the headings in the order of the file."""
        return self.cells.columns[1:]


def without(table: Table, lines: pl.DataFrame) -> Table:
    """Return the table without the rows on these lines (column line)."""
    if lines.is_empty():
        return table
    return replace(table, cells=table.cells.join(lines, on=LINE, how="anti"))


def read(data: bytes, name: str) -> Table:
    """Return the table of a CSV or Excel file; raise WrongTable when it is none.

    Encoding (UTF-8, UTF-16 with mark, else Windows-1252) and delimiter (semicolon, tab,
    comma, bar) are found from the bytes.
    """
    if not data.strip():
        raise WrongTable(f"{name} is empty; send a file with headings and rows")
    if data.startswith((ZIP, OLD_EXCEL)) or PurePath(name).suffix.lower() in EXCEL:
        return _excel(data, name)
    text, encoding = _decoded(data, name)
    delimiter = _delimiter(text)
    return _table(_rows(text, delimiter, name), name, (encoding, delimiter))


def record_of(cells: pl.DataFrame) -> pl.DataFrame:
    """Return line and record: the row's cells with `;` between them."""
    texts = [pl.col(name).fill_null("") for name in cells.columns if name != LINE]
    return cells.select(LINE, record=pl.concat_str(texts, separator=";"))


Rows = list[tuple[int, list[str]]]


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    if b"\x00" in data:
        raise WrongTable(f"{name} is not text; save it as CSV in UTF-8 or as .xlsx")
    for encoding in ("utf-8", "windows-1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("iso-8859-1"), "iso-8859-1"


def _delimiter(text: str) -> str:
    """Take the sign that the headings are separated by: data may hold the others."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    counts = {sign: head.count(sign) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def _rows(text: str, delimiter: str, name: str) -> Rows:
    """Return the rows with the line on which each begins; cells may hold line ends."""
    csv.field_size_limit(CELL_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise WrongTable(
            f"{name}, line {begins}: the row cannot be read ({error}); "
            "look for a quotation mark that is not closed"
        ) from error
    return rows


def _excel(data: bytes, name: str) -> Table:
    try:
        book = fastexcel.read_excel(data)
        sheet = book.load_sheet(0, dtypes="string", header_row=None)
    except (fastexcel.FastExcelError, ValueError) as error:
        raise WrongTable(
            f"{name} cannot be opened as Excel ({error}); save it again as .xlsx or CSV"
        ) from error
    found = sheet.to_polars().fill_null("")
    numbered = enumerate(found.iter_rows(), start=1)
    rows = [(n, list(cells)) for n, cells in numbered if any(c.strip() for c in cells)]
    return _table(rows, name, ("excel", ""))


def _table(rows: Rows, name: str, form: tuple[str, str]) -> Table:
    if not rows:
        raise WrongTable(f"{name} has no rows; send a file with headings and rows")
    headings = _headings(rows[0][1], name)
    width = len(headings)
    whole = [row for row in rows[1:] if len(row[1]) == width]
    odd = [row for row in rows[1:] if len(row[1]) != width]
    columns = list(zip(*(cells for _, cells in whole), strict=True))
    frame = pl.DataFrame(
        {
            LINE: pl.Series([line for line, _ in whole], dtype=pl.Int64),
            **{
                heading: pl.Series(columns[n] if columns else [], dtype=pl.String)
                for n, heading in enumerate(headings)
            },
        }
    )
    stripped = pl.col(headings).str.strip_chars()
    cells = frame.with_columns(pl.when(stripped != "").then(stripped).name.keep())
    encoding, delimiter = form
    return Table(cells, _odd(odd, width), encoding, delimiter)


def _headings(cells: list[str], name: str) -> list[str]:
    headings = [cell.strip() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    for n, heading in enumerate(headings, start=1):
        if not heading:
            raise WrongTable(f"{name}: column {n} has no heading; give it one")
        if heading in headings[: n - 1] or heading == LINE:
            raise WrongTable(
                f"{name}: the heading {heading!r} stands twice or is taken; rename it"
            )
    return headings


def _odd(rows: Rows, width: int) -> pl.DataFrame:
    return refusal.frame(
        [
            {
                "line": line,
                "field": "row",
                "message": f"the row has {len(cells)} cells under {width} headings",
                "remedy": "put texts that hold the delimiter in quotation marks",
                "record": ";".join(cells),
            }
            for line, cells in rows
        ]
    )
