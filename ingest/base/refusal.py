"""A refusal says which line of a file was not taken, why, and what to do about it.

>>> frame([{"line": 3, "field": "start_on", "message": "'x' is not a date"}]).columns
['line', 'field', 'message', 'remedy', 'record']
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandera.polars as pa
import polars as pl

COLUMNS = pl.Schema(
    {
        "line": pl.Int64,
        "field": pl.String,
        "message": pl.String,
        "remedy": pl.String,
        "record": pl.String,
    }
)
REFUSED = pa.DataFrameSchema(
    {
        "line": pa.Column(pl.Int64, nullable=True),
        "field": pa.Column(pl.String),
        "message": pa.Column(pl.String),
        "remedy": pa.Column(pl.String),
        "record": pa.Column(pl.String, nullable=True),
    },
    strict=True,
)
HASH_SHOWN = 12
NAME_MAX = 80


@dataclass(frozen=True, slots=True)
class Written:
    """Where the report of refused rows lies, and the file of these rows to correct."""

    report: Path
    rows: Path


def frame(refusals: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Return refusals of rows; what a row lacks is empty."""
    return pl.DataFrame(list(refusals), schema=COLUMNS)


def where(
    rows: pl.DataFrame, wrong: pl.Expr, field: str, words: tuple[str, str]
) -> pl.DataFrame:
    """Return a refusal for each row where it is wrong; words are message and remedy.

    In the message, {} stands for what the row says in the field.
    """
    message, remedy = words
    said = pl.col(field).cast(pl.String).fill_null("nothing")
    text = pl.format(message, said) if "{}" in message else pl.lit(message)
    return rows.filter(wrong).select(
        pl.col("line").cast(pl.Int64),
        field=pl.lit(field),
        message=text,
        remedy=pl.lit(remedy),
        record=pl.lit(None, pl.String),
    )


def with_records(refusals: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the refusals with the record of their line, in the order of the file."""
    if refusals.is_empty():
        return frame([])
    found = refusals.join(records, on="line", how="left", suffix="_of_line")
    whole = found.with_columns(record=pl.coalesce("record", "record_of_line"))
    return REFUSED.validate(
        whole.select(COLUMNS.names()).sort("line", "field", nulls_last=False)
    )


def findings(refusals: pl.DataFrame) -> pl.DataFrame:
    """Return refusals as findings of the file: the row was set aside."""
    return refusals.select(pl.lit("error").alias("severity"), *COLUMNS.names())


def write(
    folder: Path, sha256: str, name: str, refused: tuple[pl.DataFrame, pl.DataFrame]
) -> Written:
    """Write the report and, beside it, the refused rows under their headings.

    `refused` is the refusals and the cells of the file they were found in. The second
    file can be corrected and sent again as it is.
    """
    refusals, cells = refused
    stem = f"{sha256[:HASH_SHOWN]}-{PurePath(name).stem[:NAME_MAX]}"
    written = Written(folder / f"{stem}.refused.csv", folder / f"{stem}.correct-me.csv")
    report = refusals.select(pl.lit(name).alias("file"), *COLUMNS.names())
    report.write_csv(written.report, include_bom=True, separator=";")
    lines = refusals.select("line").unique()
    rows = cells.join(lines, on="line", how="semi").drop("line")
    rows.write_csv(written.rows, include_bom=True, separator=";")
    return written
