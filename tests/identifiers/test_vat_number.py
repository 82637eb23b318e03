import pytest

from billing.identifiers import vat_number


@pytest.mark.parametrize(
    ("number", "canonical"),
    [
        ("SE556016068001", "SE556016068001"),
        ("se 556016-0680-01", "SE556016068001"),
        ("FI 2077474-0", "FI20774740"),
        ("DK 13 58 56 28", "DK13585628"),
        ("DE136695976", "DE136695976"),
        ("EL 094259216", "EL094259216"),
    ],
)
def test_numbers_of_member_states_become_canonical(number, canonical):
    assert vat_number.validate(number) == canonical
    assert vat_number.format(number) == canonical


@pytest.mark.parametrize("text", ["", "NO974760674MVA", "SE5560160680", "DE1", "SE"])
def test_other_text_is_refused(text):
    assert not vat_number.is_valid(text)
