"""A HETU (henkilötunnus, personbeteckning) names one person in Finland.

>>> validate("131052-308t")
'131052-308T'
>>> mask("131052-308T")
'131052-****'
>>> validate("131052-308U")
Traceback (most recent call last):
    ...
billing.identifiers.hetu.WrongHetu: the HETU 131052-**** has a date that does not \
exist or a wrong check character; compare it with an identity document
"""

import re
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.fi import hetu as library

from billing.errors import Invalid

CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)


class WrongHetu(Invalid):
    """The text is not a HETU."""


def compact(number: str) -> str:
    """Return the text in capitals without spaces; its middle sign says the century."""
    return re.sub(r"\s", "", number).upper()


def validate(number: str, *, on: date | None = None) -> str:
    """Return the 11 signs, or raise WrongHetu; never echo the last four.

    Lag 661/2009 11 §, with the signs of centuries of 2023. Temporary numbers (900–999)
    name nobody outside one register and are refused.
    """
    plain = compact(number)
    if not re.fullmatch(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", plain):
        raise _wrong("this is not a HETU; write it as DDMMYY-NNNX")
    try:
        library.validate(plain)
    except ValidationError:
        raise _wrong(
            f"the HETU {mask(plain)} has a date that does not exist or a wrong check "
            "character; compare it with an identity document"
        ) from None
    if on is not None and _birth_date(plain) > on:
        raise _wrong(f"the HETU {mask(plain)} is of a day after {on}")
    return plain


def is_valid(number: str, *, on: date | None = None) -> bool:
    """Return whether the text is a HETU."""
    try:
        return bool(validate(number, on=on))
    except WrongHetu:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: DDMMYY-NNNX."""
    return validate(number)


def mask(number: str) -> str:
    """Return the number without its last four signs, for screens and logs."""
    return f"{compact(number)[:7]}****"


def _birth_date(plain: str) -> date:
    year = CENTURIES[plain[6]] + int(plain[4:6])
    return date(year, int(plain[2:4]), int(plain[:2]))


def _wrong(message: str) -> WrongHetu:
    return WrongHetu(message, field="hetu")
