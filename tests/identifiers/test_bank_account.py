import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.identifiers import bank_account
from billing.identifiers.bank_account import WrongBankAccount
from billing.identifiers.clearing import CLEARINGS


def test_every_published_account_of_a_known_bank_passes(published):
    for bank in published("byrokrat_banking_accounts.json"):
        if bank["bank_id"] == "BANK_UNKNOWN":
            continue
        for entry in bank["valid_numbers"]:
            rows = [entry] if isinstance(entry, str) else [entry["number"]]
            extra = [] if isinstance(entry, str) else entry["permutations"]
            # Nordea's personal accounts may be written without their clearing number;
            # here it is asked for.
            rows += [row for row in extra if row[:4].isdigit() and row[0] != "1"]
            rows = [row for row in rows if not row.startswith("8411")]
            canonical = {bank_account.validate(row) for row in rows}
            assert len(canonical) == 1, rows


@pytest.mark.parametrize(
    "number",
    ["5000,111111", "5000,11111111", "5681,0047150", "7822,1420650", "1405,3542562"],
)
def test_published_wrong_accounts_are_refused(number):
    assert not bank_account.is_valid(number)


@pytest.mark.parametrize(
    "number",
    ["5000-1234560", "9020-1234566", "6000-123456789", "7822-1420654"],
)
def test_the_vectors_of_the_banks_pass(number):
    assert bank_account.format(number) == number
    assert len(bank_account.file_field(number)) == 16


def test_swedbanks_fifth_clearing_digit_is_dropped():
    assert bank_account.validate("8001-0,111111-1") == "80011111111"


def test_an_iban_has_no_place_in_bankgirots_files():
    with pytest.raises(WrongBankAccount, match="not an IBAN"):
        bank_account.file_field("SE3550000000054910000003")


@pytest.mark.parametrize("text", ["", "SE3550000000054910000004", "XX12", "9999-1"])
def test_other_text_is_refused_in_words(text):
    with pytest.raises(WrongBankAccount) as refusal:
        bank_account.validate(text)
    assert refusal.value.field == "bank_account"


def test_an_account_is_masked_to_its_last_four():
    assert bank_account.mask("5000-1234560") == "*******4560"


@given(st.text(alphabet="0123456789 -,SEsx", max_size=40))
def test_any_text_is_answered(text):
    assert bank_account.is_valid(text) in {True, False}


def test_clearing_ranges_do_not_overlap():
    ordered = sorted(CLEARINGS, key=lambda c: c.first)
    assert list(CLEARINGS) == ordered
    pairs = itertools.pairwise(ordered)
    assert all(a.last < b.first for a, b in pairs)
