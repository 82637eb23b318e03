import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.identifiers import ocr
from billing.identifiers.ocr import WrongOcr

BASES = st.text(alphabet="0123456789", min_size=1, max_size=23)


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        ("123", "12351"),
        ("12345", "1234574"),
        ("12346", "1234673"),
        ("12347", "1234772"),
        ("1234567890", "123456789023"),
        (20260001, "2026000105"),
    ],
)
def test_the_published_vectors_come_out(base, reference):
    assert ocr.issue(base) == reference
    assert ocr.validate(reference) == reference


@pytest.mark.parametrize("reference", ["524967", "665760", "573964", "8012577"])
def test_genuine_references_pass(reference):
    assert ocr.is_valid(reference)


def test_the_length_digit_catches_what_luhn_does_not():
    assert ocr.is_valid("657775", length_digit=False)
    with pytest.raises(WrongOcr, match="length digit"):
        ocr.validate("657775")


@pytest.mark.parametrize("base", ["", "12a", -1, "1" * 24, "1 2"])
def test_a_base_that_is_not_digits_is_refused(base):
    with pytest.raises(WrongOcr):
        ocr.issue(base)


@given(st.lists(BASES, min_size=1, max_size=20))
def test_the_column_says_what_the_single_reference_says(bases):
    frame = pl.DataFrame({"base": bases}).select(ocr=ocr.issue_column(pl.col("base")))
    assert frame["ocr"].to_list() == [ocr.issue(base) for base in bases]
    assert frame.select(ocr.is_valid_column(pl.col("ocr")).all()).item()


@given(st.lists(st.text(alphabet="0123456789x", max_size=27), min_size=1, max_size=20))
def test_the_column_check_says_what_the_single_check_says(texts):
    frame = pl.DataFrame({"t": texts}).select(ok=ocr.is_valid_column(pl.col("t")))
    assert frame["ok"].to_list() == [ocr.is_valid(text) for text in texts]


@given(BASES, st.integers(0, 9), st.data())
def test_one_wrong_digit_is_always_found(base, digit, data):
    reference = ocr.issue(base)
    place = data.draw(st.integers(0, len(reference) - 1))
    changed = reference[:place] + str(digit) + reference[place + 1 :]
    assert ocr.is_valid(changed) == (changed == reference)


def test_a_base_that_does_not_fit_leaves_its_row_empty():
    frame = pl.DataFrame({"base": ["1", None, "x", "1" * 24]})
    column = frame.select(ocr=ocr.issue_column(pl.col("base")))["ocr"].to_list()
    assert column[1:] == [None, None, None]
