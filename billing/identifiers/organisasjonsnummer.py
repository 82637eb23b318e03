"""An organisasjonsnummer is the 9 digits that name a company in Norway.

>>> validate("988 077 917")
'988077917'
>>> format("988077917")
'988 077 917'
>>> validate("988077918")
Traceback (most recent call last):
    ...
billing.identifiers.organisasjonsnummer.WrongOrganisasjonsnummer: '988077918' is not \
an organisasjonsnummer: its check digit is wrong; \
compare it with Brønnøysundregistrene
"""

import re

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr as library
from stdnum.util import clean

from billing.errors import Invalid


class WrongOrganisasjonsnummer(Invalid):
    """The text is not an organisasjonsnummer."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return re.sub(r"\s", "", str(clean(number, " -.")))


def validate(number: str) -> str:
    """Return the 9 digits, or raise WrongOrganisasjonsnummer.

    Enhetsregisterloven § 23: modulo 11 over eight digits.
    """
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{9}", digits):
        raise WrongOrganisasjonsnummer(
            f"{number.strip()!r} is not an organisasjonsnummer; write 9 digits",
            field="organisasjonsnummer",
        )
    try:
        library.validate(digits)
    except ValidationError:
        raise WrongOrganisasjonsnummer(
            f"{number.strip()!r} is not an organisasjonsnummer: its check digit is "
            "wrong; compare it with Brønnøysundregistrene",
            field="organisasjonsnummer",
        ) from None
    return digits


def is_valid(number: str) -> bool:
    """Return whether the text is an organisasjonsnummer."""
    try:
        return bool(validate(number))
    except WrongOrganisasjonsnummer:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: NNN NNN NNN."""
    digits = validate(number)
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
