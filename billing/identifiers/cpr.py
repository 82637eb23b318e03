"""A CPR number names one person in Denmark.

>>> validate("211062-5629")
'2110625629'
>>> format("2110625629"), mask("2110625629")
('211062-5629', '211062-****')
>>> validate("511062-5629")
Traceback (most recent call last):
    ...
billing.identifiers.cpr.WrongCpr: the CPR number 511062-**** has a date that does not \
exist; compare it with an identity document
"""

import re
from datetime import date

from stdnum.dk import cpr as library
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from billing.errors import Invalid


class WrongCpr(Invalid):
    """The text is not a CPR number."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return re.sub(r"\s", "", str(clean(number, " -")))


def validate(number: str, *, on: date | None = None) -> str:
    """Return the 10 digits, or raise WrongCpr; never echo the last four.

    CPR-loven § 3. Since October 2007 numbers are given that do not hold modulo 11, so
    a wrong serial digit cannot be told from a right one: only the date is checked.
    """
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise _wrong("this is not a CPR number; write 10 digits as DDMMYY-NNNN")
    try:
        born = library.get_birth_date(digits)
    except ValidationError:
        raise _wrong(
            f"the CPR number {mask(digits)} has a date that does not exist; "
            "compare it with an identity document"
        ) from None
    if on is not None and born > on:
        raise _wrong(f"the CPR number {mask(digits)} is of a day after {on}")
    return digits


def is_valid(number: str, *, on: date | None = None) -> bool:
    """Return whether the text is a CPR number."""
    try:
        return bool(validate(number, on=on))
    except WrongCpr:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: DDMMYY-NNNN."""
    digits = validate(number)
    return f"{digits[:6]}-{digits[6:]}"


def mask(number: str) -> str:
    """Return the number without its last four digits, for screens and logs."""
    return f"{compact(number)[:6]}-****"


def _wrong(message: str) -> WrongCpr:
    return WrongCpr(message, field="cpr")
