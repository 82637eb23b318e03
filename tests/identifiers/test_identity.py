"""1.1: identity numbers of persons and companies in the four Nordic countries."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.identifiers import (
    cpr,
    cvr,
    d_nummer,
    fodselsnummer,
    gln,
    hetu,
    identity,
    organisasjonsnummer,
    organisationsnummer,
    personnummer,
    samordningsnummer,
    vat_number,
    ytunnus,
)

DAY = date(2026, 11, 25)
VALID = [
    (personnummer, "19811218-9876", "198112189876"),
    (samordningsnummer, "19811278-9873", "198112789873"),
    (organisationsnummer, "556016-0680", "5560160680"),
    (fodselsnummer, "151086 95088", "15108695088"),
    (d_nummer, "681116 75612", "68111675612"),
    (organisasjonsnummer, "988 077 917", "988077917"),
    (cpr, "211062-5629", "2110625629"),
    (cvr, "13 58 56 28", "13585628"),
    (hetu, "131052-308t", "131052-308T"),
    (hetu, "010594Y9032", None),
    (ytunnus, "2077474-0", "20774740"),
    (gln, "7300009000005", "7300009000005"),
    (vat_number, "NO 995 525 828 MVA", "NO995525828MVA"),
    (vat_number, "SE 556016-0680 01", "SE556016068001"),
    (vat_number, "DK 13585628", "DK13585628"),
    (vat_number, "FI 20774740", "FI20774740"),
]
# A CPR number has had no check digit that always holds since 2007.
CHECKED = [row for row in VALID if row[0] is not cpr and row[2]]


@pytest.mark.parametrize(("module", "written", "canonical"), VALID)
def test_1_1_each_number_has_one_canonical_form(module, written, canonical):
    if canonical is None:  # the range of temporary numbers, which name nobody
        assert not module.is_valid(written)
        return
    assert module.validate(written) == canonical
    assert module.validate(module.format(written)) == canonical
    assert module.validate(module.compact(written)) == canonical


@given(st.sampled_from(CHECKED), st.data())
def test_1_1_one_wrong_digit_is_refused(row, data):
    module, _, number = row
    places = [n for n, sign in enumerate(number) if sign.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from(sorted(set("0123456789") - {number[place]})))
    wrong = number[:place] + other + number[place + 1 :]
    # The century is outside Sweden's check digit, so another one is another person.
    swedish = module in {personnummer, samordningsnummer}
    assert not module.is_valid(wrong) or (swedish and place < 2)


MODULES = list(dict.fromkeys(row[0] for row in VALID))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
@pytest.mark.parametrize("text", ["", "abc", "1" * 40, "٠" * 10, "0", "-"])
def test_1_1_other_text_is_refused_in_words(module, text):
    assert not module.is_valid(text)
    with pytest.raises(Invalid) as refusal:
        module.validate(text)
    assert refusal.value.field


@pytest.mark.parametrize(
    ("kind", "country", "number", "scheme"),
    [
        ("person", "SE", "811218-9876", "personnummer"),
        ("person", "SE", "811278-9873", "samordningsnummer"),
        ("person", "NO", "15108695088", "fodselsnummer"),
        ("person", "NO", "681116 75612", "d_nummer"),
        ("person", "DK", "211062-5629", "cpr"),
        ("person", "FI", "131052-308T", "hetu"),
        ("company", "SE", "556016-0680", "organisationsnummer"),
        ("company", "NO", "988077917", "organisasjonsnummer"),
        ("company", "DK", "13585628", "cvr"),
        ("company", "FI", "2077474-0", "ytunnus"),
        # Who has moved has kept the number of the country that gave it.
        ("person", "NO", "19811218-9876", "personnummer"),
        ("person", "SE", "131052-308T", "hetu"),
        ("company", "DE", "556016-0680", "organisationsnummer"),
    ],
)
def test_1_1_a_numbers_form_and_country_tell_its_scheme(kind, country, number, scheme):
    assert identity.validate(kind, country, number, DAY).scheme == scheme


def test_1_1_ten_digits_get_their_century_from_the_day_of_registration():
    found = identity.validate("person", "SE", "121212-1212", date(2012, 12, 12))
    assert found.number == "201212121212"
    found = identity.validate("person", "SE", "121212-1212", date(2012, 12, 11))
    assert found.number == "191212121212"


def test_1_1_a_form_of_two_countries_needs_the_customers_country():
    with pytest.raises(identity.WrongIdentity, match="SE and DK"):
        identity.validate("person", "NO", "211062-5629", DAY)
    assert identity.validate("person", "DK", "211062-5629", DAY).scheme == "cpr"


@pytest.mark.parametrize("country", ["SE", "NO", "DK", "FI", "DE"])
@pytest.mark.parametrize("kind", ["person", "company"])
def test_1_1_what_is_no_number_is_refused_with_the_form_to_write(kind, country):
    with pytest.raises(Invalid, match="write"):
        identity.validate(kind, country, "12", DAY)


@pytest.mark.parametrize(
    ("scheme", "number", "kept"),
    [
        ("personnummer", "198112189876", 8),
        ("samordningsnummer", "198112789873", 8),
        ("fodselsnummer", "15108695088", 6),
        ("d_nummer", "68111675612", 6),
        ("cpr", "2110625629", 6),
        ("hetu", "131052-308T", 7),
        ("organisationsnummer", "8112189876", 6),
    ],
)
def test_1_1_a_persons_number_is_shown_without_its_end(scheme, number, kept):
    masked = identity.shown(scheme, number)
    assert identity.is_personal(scheme, number)
    assert masked.startswith(number[:kept][:6])
    assert number[-4:] not in masked
    assert masked.endswith("****")


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        ("organisationsnummer", "5560160680"),
        ("organisasjonsnummer", "988077917"),
        ("cvr", "13585628"),
        ("ytunnus", "20774740"),
    ],
)
def test_1_1_a_companys_number_is_no_secret(scheme, number):
    assert not identity.is_personal(scheme, number)
    written = identity.shown(scheme, number)
    assert [c for c in written if c.isdigit()] == list(number)


@pytest.mark.parametrize(
    ("module", "number"),
    [
        (personnummer, "203012189876"),
        (fodselsnummer, "15108695088"),
        (cpr, "2110621629"),
        (hetu, "131052-308T"),
    ],
)
def test_1_1_nobody_is_born_after_the_registration(module, number):
    assert not module.is_valid(number, on=date(1950, 1, 1))
