"""A bank account is an IBAN, or in Sweden a clearing number and an account number.

The canonical Swedish form is four digits of clearing and the account without zeros
before it: 50001234560. Swedbank's fifth clearing digit (8xxx-y) is dropped.

>>> validate("SE35 5000 0000 0549 1000 0003"), validate("5000-123456 0")
('SE3550000000054910000003', '50001234560')
>>> format("SE3550000000054910000003"), format("60001234567 89")
('SE35 5000 0000 0549 1000 0003', '6000-123456789')
>>> file_field("5000-1234560")
'5000000001234560'
>>> validate("5000-1234561")
Traceback (most recent call last):
    ...
billing.identifiers.bank_account.WrongBankAccount: the account number of 5000 (SEB) \
fails its check digit; ask the payer for it again
"""

import re

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import luhn
from stdnum.util import clean

from billing.errors import Invalid
from billing.identifiers import clearing
from billing.identifiers.clearing import Clearing

CLEARING_DIGITS = 4
WITH_CONTROL_DIGIT = 5
# Per kind and variant of the clearing range: the most digits, and the fixed ones.
LONGEST = {(1, 1): 7, (1, 2): 7, (2, 1): 10, (2, 2): 9, (2, 3): 10, (2, 4): 10}
FILLED = {(1, 1): 7, (1, 2): 7, (2, 1): 10, (2, 2): 9, (2, 3): 1, (2, 4): 1}


class WrongBankAccount(Invalid):
    """The text is not a bank account."""


def compact(number: str) -> str:
    """Return letters and digits only; a Swedish account keeps four clearing digits."""
    plain = re.sub(r"[^0-9A-Za-z]", "", str(clean(number))).upper()
    if not re.fullmatch(r"[0-9]{5,17}", plain):
        return plain
    digits = plain[:CLEARING_DIGITS]
    return digits + _account(number, plain, clearing.find(digits))


def validate(number: str) -> str:
    """Return the canonical form, or raise WrongBankAccount.

    IBAN: ISO 13616 with the country's structure. Swedish accounts: the range of the
    clearing number, the length, and the check digit where its method is published.
    """
    plain = compact(number)
    if plain[:2].isalpha():
        return _iban(plain)
    bank = clearing.find(plain) if re.fullmatch(r"[0-9]{5,}", plain) else None
    if bank is None:
        raise _wrong(
            "this is not a bank account; write an IBAN, or clearing number and "
            "account number as 5000-1234560"
        )
    account = plain[CLEARING_DIGITS:]
    longest = LONGEST[_rule(bank)]
    if len(account) > longest or not account.strip("0"):
        raise _wrong(
            f"an account of {plain[:CLEARING_DIGITS]} ({bank.bank}) has at most "
            f"{longest} digits after the clearing number; ask the payer for it again"
        )
    if not _check_digit_right(plain, bank):
        raise _wrong(
            f"the account number of {plain[:CLEARING_DIGITS]} ({bank.bank}) fails its "
            "check digit; ask the payer for it again"
        )
    return plain


def is_valid(number: str) -> bool:
    """Return whether the text is a bank account."""
    try:
        return bool(validate(number))
    except WrongBankAccount:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return an IBAN in groups of four, a Swedish account as NNNN-NNNNNNN."""
    plain = validate(number)
    if plain[:2].isalpha():
        return " ".join(re.findall(".{1,4}", plain))
    return f"{plain[:CLEARING_DIGITS]}-{plain[CLEARING_DIGITS:]}"


def file_field(number: str) -> str:
    """Return clearing 4 + account 12, zero-filled, as Bankgirot's files want it."""
    plain = validate(number)
    if plain[:2].isalpha():
        raise _wrong("Bankgirot's files want clearing and account number, not an IBAN")
    return plain[:CLEARING_DIGITS] + plain[CLEARING_DIGITS:].zfill(12)


def mask(number: str) -> str:
    """Return the account with only its last four characters, for screens and logs."""
    plain = re.sub(r"[^0-9A-Za-z]", "", number)
    return f"{'*' * max(len(plain) - 4, 0)}{plain[-4:]}"


def _account(number: str, plain: str, bank: Clearing | None) -> str:
    """Drop the zeros that fill a field, and the fifth clearing digit of 8xxx-y."""
    account = plain[CLEARING_DIGITS:]
    apart = bool(re.match(r"\s*8[0-9]{3}-?[0-9][ ,-]", number))
    fifth = plain[0] == "8" and (apart or len(account) > LONGEST[2, 3])
    if fifth and luhn.is_valid(plain[:WITH_CONTROL_DIGIT]) and len(account) > 1:
        account = account[1:]
    return account if bank is None else account.lstrip("0").zfill(FILLED[_rule(bank)])


def _rule(bank: Clearing) -> tuple[int, int]:
    return bank.kind, bank.variant


def _check_digit_right(plain: str, bank: Clearing) -> bool:
    """Apply the check of the range; kinds 2/3 and 2/4 cannot be refused by it."""
    code, account = plain[:CLEARING_DIGITS], plain[CLEARING_DIGITS:]
    match bank.kind, bank.variant:
        case 1, 1:
            return _modulus_11(code[1:] + account)
        case 1, _:
            return _modulus_11(code + account)
        case 2, 1:
            return bool(luhn.is_valid(account))
        case 2, 2:
            return _modulus_11(account)
        case _:
            return True


def _modulus_11(digits: str) -> bool:
    """Weights 1, 2 … 10, 1 … from the right; the sum is divisible by 11."""
    products = (
        int(digit) * (place % 10 + 1) for place, digit in enumerate(reversed(digits))
    )
    return sum(products) % 11 == 0


def _iban(plain: str) -> str:
    try:
        return str(IBAN(plain).compact)
    except SchwiftyException:
        raise _wrong(
            f"the IBAN {plain[:4]}… has a wrong length or check digits; "
            "copy it from the bank again"
        ) from None


def _wrong(message: str) -> WrongBankAccount:
    return WrongBankAccount(message, field="bank_account")
