r"""A fixed-width record is one line of a bank file whose columns have fixed places.

Positions are 1-based and inclusive, as the manuals count them; `line` is the place in
the file. Decoding comes before cutting: recoded files shift every column after å, ä, ö.

>>> frame = records(b"0120260413AUTOGIRO\r\n\r\n09")
>>> frame.select("line", kind=field(1, 2)).rows()
[(1, '01'), (3, '09')]
>>> frame.select(on=day(3))["on"].to_list()[0]
datetime.date(2026, 4, 13)
"""

import re
from collections.abc import Iterable

import polars as pl

from billing.errors import Invalid

WIDTH = 80
MAX_BYTES = 1 << 29
TAB = 8
# Å, ä, ö and the like take two bytes in UTF-8; the first of them is C3.
PAIR = re.compile(rb"\xc3[\x80-\xbf]")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
END_OF_FILE = "\x1a"


class BrokenRecords(Invalid):
    """The bytes are not records of a bank file."""


def decode(data: bytes) -> str:
    """Return the text: UTF-8 if it holds letters in UTF-8, else ISO-8859-1."""
    data = data.removeprefix(BYTE_ORDER_MARK)
    if PAIR.search(data) or b"\xef\xbf\xbd" in data:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return data.decode("iso-8859-1")


def records(data: bytes, width: int = WIDTH) -> pl.DataFrame:
    """Return line and text of every record, padded; blank lines are left out.

    A file without line ends is cut at the width; tabs widen to columns of eight.
    """
    if len(data) > MAX_BYTES:
        raise BrokenRecords(
            f"the file has {len(data)} bytes, more than {MAX_BYTES}; "
            "ask the bank to send it in parts"
        )
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip(END_OF_FILE).expandtabs(TAB)
    if "\n" not in text.rstrip("\n") and len(text) > width:
        lines = [text[at : at + width] for at in range(0, len(text), width)]
    else:
        lines = text.split("\n")
    frame = pl.DataFrame({"text": lines}, schema={"text": pl.String})
    numbered = frame.with_columns(line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return numbered.filter(pl.col("text").str.strip_chars() != "").with_columns(
        pl.col("text").str.pad_end(width)
    )


def field(first: int, last: int) -> pl.Expr:
    """Return the characters of the record from first to last."""
    return pl.col("text").str.slice(first - 1, last - first + 1)


def text(first: int, last: int) -> pl.Expr:
    """Return the field without blanks around it, null when it is blank."""
    stripped = field(first, last).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def number(first: int, last: int) -> pl.Expr:
    """Return a numeric field as Int64, null when it is not all digits."""
    digits = field(first, last)
    width = last - first + 1
    return pl.when(digits.str.contains(rf"^[0-9]{{{width}}}$")).then(
        digits.cast(pl.Int64, strict=False)
    )


def day(first: int) -> pl.Expr:
    """Return the eight digits YYYYMMDD from first on as a Date, null if impossible.

    A year before 1900 is a shifted or damaged column and no day of a bank.
    """
    digits = field(first, first + 7)
    whole = digits.str.contains("^(?:19|20|21)[0-9]{6}$")
    return pl.when(whole).then(digits).str.to_date("%Y%m%d", strict=False)


def bare(first: int, last: int) -> pl.Expr:
    """Return digits without the zeros that fill the field, null when all are zeros."""
    stripped = field(first, last).str.strip_chars().str.strip_chars_start("0")
    return pl.when(stripped != "").then(stripped)


def zeros(value: pl.Expr, width: int) -> pl.Expr:
    """Return the value right-aligned and zero-filled (N0)."""
    return value.cast(pl.String).fill_null("").str.zfill(width)


def padded(value: pl.Expr, width: int) -> pl.Expr:
    """Return the text left-aligned and blank-filled (A)."""
    return value.cast(pl.String).fill_null("").str.pad_end(width)


def compact_day(value: pl.Expr) -> pl.Expr:
    """Return a Date as YYYYMMDD."""
    return value.dt.strftime("%Y%m%d")


def written(lines: Iterable[str], width: int = WIDTH) -> bytes:
    """Return the lines padded, ended with CR LF, in ISO-8859-1."""
    body = "".join(f"{line:<{width}}\r\n" for line in lines)
    try:
        return body.encode("iso-8859-1")
    except UnicodeEncodeError as error:
        sign = body[error.start]
        raise BrokenRecords(
            f"the sign {sign!r} has no place in a file of ISO-8859-1; "
            "write the text without it"
        ) from None
