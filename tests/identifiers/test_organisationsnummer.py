import pytest

from billing.identifiers import organisationsnummer, vat_number
from billing.identifiers.organisationsnummer import WrongOrganisationsnummer


def test_every_published_number_is_told_right_from_wrong(published):
    for row in published("organisationsnummer_list.json"):
        assert organisationsnummer.is_valid(row["input"]) == row["valid"], row
        if row["valid"]:
            assert organisationsnummer.validate(row["input"]) == row["short_format"]
            assert organisationsnummer.format(row["input"]) == row[
                "long_format"
            ].replace("+", "-")
            assert vat_number.of_organisation(row["input"]) == row["vat_number"]
            assert vat_number.is_valid(row["vat_number"])


@pytest.mark.parametrize("number", ["556016-0680", "556000-8798", "202100 5489"])
def test_spaces_and_hyphens_are_forgiven(number):
    assert organisationsnummer.is_valid(number)
    assert not organisationsnummer.is_sole_trader(number)


def test_a_sole_trader_is_told_and_the_number_is_not_repeated():
    assert organisationsnummer.is_sole_trader("19811218-9876")
    with pytest.raises(WrongOrganisationsnummer) as refusal:
        organisationsnummer.validate("811218-9875")
    assert "9875" not in refusal.value.message


@pytest.mark.parametrize("text", ["", "5560160681", "55601606801", "1" * 30, "abc"])
def test_other_text_is_refused_with_its_field(text):
    with pytest.raises(WrongOrganisationsnummer) as refusal:
        organisationsnummer.validate(text)
    assert refusal.value.field == "organisationsnummer"
