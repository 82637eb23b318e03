"""A Y-tunnus (FO-nummer) is the 8 digits that name a company in Finland.

>>> validate("2077474-0")
'20774740'
>>> format("20774740")
'2077474-0'
>>> validate("2077474-1")
Traceback (most recent call last):
    ...
billing.identifiers.ytunnus.WrongYtunnus: '2077474-1' is not \
a Y-tunnus: its check digit is wrong; \
compare it with the YTJ register
"""

import re

from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus as library
from stdnum.util import clean

from billing.errors import Invalid


class WrongYtunnus(Invalid):
    """The text is not a Y-tunnus."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return re.sub(r"\s", "", str(clean(number, " -.")))


def validate(number: str) -> str:
    """Return the 8 digits, or raise WrongYtunnus.

    Företags- och organisationsdatalagen 244/2001 9 §: modulo 11 over seven digits.
    """
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise WrongYtunnus(
            f"{number.strip()!r} is not a Y-tunnus; write 8 digits",
            field="ytunnus",
        )
    try:
        library.validate(digits)
    except ValidationError:
        raise WrongYtunnus(
            f"{number.strip()!r} is not a Y-tunnus: its check digit is "
            "wrong; compare it with the YTJ register",
            field="ytunnus",
        ) from None
    return digits


def is_valid(number: str) -> bool:
    """Return whether the text is a Y-tunnus."""
    try:
        return bool(validate(number))
    except WrongYtunnus:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: NNNNNNN-N."""
    digits = validate(number)
    return f"{digits[:7]}-{digits[7:]}"
