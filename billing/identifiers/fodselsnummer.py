"""A fødselsnummer names one person in Norway; a D-number has its day + 40.

>>> validate("151086 95088")
'15108695088'
>>> format("15108695088"), mask("15108695088")
('151086 95088', '151086 *****')
>>> is_d_number("68111675612"), is_d_number("15108695088")
(True, False)
>>> validate("15108695077")
Traceback (most recent call last):
    ...
billing.identifiers.fodselsnummer.WrongFodselsnummer: the fødselsnummer 151086 ***** \
has a date that does not exist or a wrong check digit; compare it with an identity \
document
"""

import re
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.no import fodselsnummer as library
from stdnum.util import clean

from billing.errors import Invalid

D_NUMBER_DAYS = 40
DAYS_MAX = 31
MONTHS_MAX = 12


class WrongFodselsnummer(Invalid):
    """The text is not a fødselsnummer or D-number."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return re.sub(r"\s", "", str(clean(number, " -:")))


def validate(number: str, *, on: date | None = None) -> str:
    """Return the 11 digits, or raise WrongFodselsnummer; never echo the last five.

    Folkeregisterforskriften § 2-2-1: date of birth, individual number, two check
    digits modulo 11. A D-number is given to who lives abroad. Hospitals' own numbers
    (month + 40) name nobody outside the hospital and are refused.
    """
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{11}", digits):
        raise _wrong("this is not a fødselsnummer; write 11 digits as DDMMYY NNNNN")
    checks = library.calc_check_digit1(digits) + library.calc_check_digit2(digits)
    born = _birth_date(digits)
    if born is None or digits[-2:] != checks:
        raise _wrong(
            f"the fødselsnummer {mask(digits)} has a date that does not exist or a "
            "wrong check digit; compare it with an identity document"
        )
    if on is not None and born > on:
        raise _wrong(f"the fødselsnummer {mask(digits)} is of a day after {on}")
    return digits


def is_valid(number: str, *, on: date | None = None) -> bool:
    """Return whether the text is a fødselsnummer or D-number."""
    try:
        return bool(validate(number, on=on))
    except WrongFodselsnummer:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: DDMMYY NNNNN."""
    digits = validate(number)
    return f"{digits[:6]} {digits[6:]}"


def mask(number: str) -> str:
    """Return the number without its last five digits, for screens and logs."""
    return f"{compact(number)[:6]} *****"


def is_d_number(number: str) -> bool:
    """Return whether the number is a D-number (day + 40)."""
    return int(validate(number)[:2]) > D_NUMBER_DAYS


def _birth_date(digits: str) -> date | None:
    day, month = int(digits[:2]), int(digits[2:4])
    if day > D_NUMBER_DAYS + DAYS_MAX or month > MONTHS_MAX:
        return None
    try:
        born = library.get_birth_date(digits)
    except ValidationError:
        return None
    return born if isinstance(born, date) else None


def _wrong(message: str) -> WrongFodselsnummer:
    return WrongFodselsnummer(message, field="fodselsnummer")
