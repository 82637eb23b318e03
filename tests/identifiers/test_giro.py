import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.identifiers import bankgiro, plusgiro

BANKGIRO = [
    "5402-9681",
    "297-3675",
    "640-5070",
    "991-2346",
    "5805-6201",
    "5050-1055",
]


@pytest.mark.parametrize("number", BANKGIRO)
def test_right_bankgiro_numbers_are_shown_with_their_hyphen(number):
    assert bankgiro.format(number.replace("-", "")) == number
    assert bankgiro.validate(f"00{number.replace('-', '')}") == number.replace("-", "")


@pytest.mark.parametrize("number", ["5402-9682", "5050-1057", "42", "", "540-29-681x"])
def test_wrong_bankgiro_numbers_are_refused(number):
    assert not bankgiro.is_valid(number)


@pytest.mark.parametrize("number", ["2865434", "41054685", "42"])
def test_right_plusgiro_numbers_pass(number):
    assert plusgiro.validate(plusgiro.format(number)) == number


@pytest.mark.parametrize("number", ["2865435", "4905", "4", "", "123456789"])
def test_wrong_plusgiro_numbers_are_refused(number):
    assert not plusgiro.is_valid(number)


@given(st.text())
def test_any_text_is_answered(text):
    assert bankgiro.is_valid(text) in {True, False}
    assert plusgiro.is_valid(text) in {True, False}
