"""A GLN is the 13 digits that name a party or place in trade (GS1).

>>> validate("7300009000005")
'7300009000005'
>>> format("7300009000005")
'7300009000005'
>>> validate("7300009000004")
Traceback (most recent call last):
    ...
billing.identifiers.gln.WrongGln: '7300009000004' is not \
a GLN: its check digit is wrong; \
compare it with the sender's GS1 certificate
"""

import re

from stdnum import ean as library
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from billing.errors import Invalid


class WrongGln(Invalid):
    """The text is not a GLN."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return re.sub(r"\s", "", str(clean(number, " -.")))


def validate(number: str) -> str:
    """Return the 13 digits, or raise WrongGln.

    GS1 General Specifications 7.9.1: modulo 10 over twelve digits.
    """
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{13}", digits):
        raise WrongGln(
            f"{number.strip()!r} is not a GLN; write 13 digits",
            field="gln",
        )
    try:
        library.validate(digits)
    except ValidationError:
        raise WrongGln(
            f"{number.strip()!r} is not a GLN: its check digit is "
            "wrong; compare it with the sender's GS1 certificate",
            field="gln",
        ) from None
    return digits


def is_valid(number: str) -> bool:
    """Return whether the text is a GLN."""
    try:
        return bool(validate(number))
    except WrongGln:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: digits only."""
    return validate(number)
