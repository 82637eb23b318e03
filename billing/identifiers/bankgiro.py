"""A Bankgiro number is the alias, 7 or 8 digits, that a payer pays to in Sweden.

>>> validate("5402-9681")
'54029681'
>>> format("2973675")
'297-3675'
>>> validate("5402-9682")
Traceback (most recent call last):
    ...
billing.identifiers.bankgiro.WrongBankgiro: the Bankgiro number 5402-9682 \
fails its check digit; compare it with the bank's agreement, digit by digit
"""

import re

from stdnum import luhn
from stdnum.util import clean

from billing.errors import Invalid


class WrongBankgiro(Invalid):
    """The text is not a Bankgiro number."""


def compact(number: str) -> str:
    """Return the digits without spaces, hyphens and the zeros of file fields."""
    return str(clean(number, " -")).strip().lstrip("0")


def validate(number: str) -> str:
    """Return the digits, or raise WrongBankgiro (Bankgirot: 7–8 digits, Luhn)."""
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{7,8}", digits):
        raise WrongBankgiro(
            f"{number.strip()!r} is not a Bankgiro number; "
            "write 7 or 8 digits as NNN-NNNN or NNNN-NNNN",
            field="bankgiro",
        )
    if not luhn.is_valid(digits):
        raise WrongBankgiro(
            f"the Bankgiro number {_hyphenated(digits)} fails its check digit; "
            "compare it with the bank's agreement, digit by digit",
            field="bankgiro",
        )
    return digits


def is_valid(number: str) -> bool:
    """Return whether the text is a Bankgiro number."""
    try:
        return bool(validate(number))
    except WrongBankgiro:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: NNN-NNNN or NNNN-NNNN."""
    return _hyphenated(validate(number))


def _hyphenated(digits: str) -> str:
    return f"{digits[:-4]}-{digits[-4:]}"
