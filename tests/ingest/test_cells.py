"""Amounts survive being written and read, to the last minor unit."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import money
from ingest.base import cells


def read_minor(text: str, currency: str = "SEK") -> int | None:
    frame = pl.DataFrame({"cell": [text], "currency": [currency]})
    return frame.select(cells.minor(pl.col("cell"), pl.col("currency"))).item()


@given(
    st.integers(-(10**14), 10**14),
    st.sampled_from(["SEK", "USD", "ISK", "KWD"]),
    st.sampled_from([".", ","]),
)
def test_every_amount_written_is_read_back(
    minor: int, currency: str, point: str
) -> None:
    text = money.to_text(minor, currency).replace(".", point)
    if currency != "KWD" or minor % 1000 == 0 or point == ".":
        assert read_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1 299,50", 129950),
        ("1\u00a0299,5", 129950),
        ("12.345.678,90", 1234567890),
        ("1,299.50", 129950),
        ("+5", 500),
        ("\u2212299,00", -29900),
    ],
)
def test_swedish_and_english_signs_are_understood(text: str, minor: int) -> None:
    assert read_minor(text) == minor


@pytest.mark.parametrize(
    "text", ["1,234", "1.000", "12,345.6789", "1e3", "--1", "5-", "0.005", "kr 5", ""]
)
def test_what_could_be_two_amounts_is_none(text: str) -> None:
    assert read_minor(text) is None
