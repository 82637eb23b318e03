from datetime import date

import pytest

from billing.identifiers import personnummer
from billing.identifiers.personnummer import WrongPersonnummer

DAY = date(2026, 4, 13)


def test_every_published_number_is_told_right_from_wrong(published):
    forms = ("long_format", "short_format", "separated_format", "separated_long")
    for row in published("personnummer_list.json"):
        for form in forms:
            if " " in row[form]:
                continue  # a typed blank is forgiven here
            if form == "short_format" and row["separated_format"][6] == "+":
                continue  # without its plus sign it is another person's number
            answer = personnummer.is_valid(row[form], on=DAY)
            assert answer == row["valid"], row[form]
            if answer:
                assert personnummer.validate(row[form], on=DAY) == row["long_format"]


def test_every_form_of_the_structured_list_is_told_right_from_wrong(published):
    lists = published("personnummer_structured.json")
    for kind in ("ssn", "con"):
        for form in ("integer", "string"):
            for number in lists[kind][form]["valid"]:
                assert personnummer.is_valid(str(number), on=DAY), number
            for number in lists[kind][form]["invalid"]:
                if " " not in str(number):  # a typed blank is forgiven here
                    assert not personnummer.is_valid(str(number), on=DAY), number


def test_ten_digits_need_a_day_to_know_their_century():
    with pytest.raises(WrongPersonnummer, match="write 12 digits"):
        personnummer.validate("811218-9876")


def test_ten_digits_are_the_latest_birth_that_is_not_in_the_future():
    assert personnummer.validate("121212-1212", on=date(2012, 12, 11))[:4] == "1912"
    assert personnummer.validate("121212-1212", on=date(2012, 12, 12))[:4] == "2012"
    assert personnummer.validate("121212+1212", on=DAY) == "191212121212"


def test_a_coordination_number_is_a_personal_number():
    assert personnummer.validate("811278-9873", on=DAY) == "198112789873"
    assert personnummer.is_coordination_number("198112789873")
    assert personnummer.birth_date("198112789873") == date(1981, 12, 18)
    assert not personnummer.is_coordination_number("198112189876")


def test_a_refusal_never_repeats_the_last_four_digits():
    for number in ("19811218-9875", "811218-9875", "x811218-9875"):
        with pytest.raises(WrongPersonnummer) as refusal:
            personnummer.validate(number)
        assert "9875" not in refusal.value.message
        assert refusal.value.field == "personnummer"


def test_a_birth_after_the_day_is_refused():
    with pytest.raises(WrongPersonnummer, match="after 2000-01-01"):
        personnummer.validate("200004059937", on=date(2000, 1, 1))


@pytest.mark.parametrize("text", ["", "abc", "19811218-T876", "1" * 40, "٠" * 12])
def test_other_text_is_refused_in_words(text):
    assert not personnummer.is_valid(text, on=DAY)
