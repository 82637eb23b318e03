"""A CVR number is the 8 digits that name a company in Denmark.

>>> validate("13 58 56 28")
'13585628'
>>> format("13585628")
'13 58 56 28'
>>> validate("13585627")
Traceback (most recent call last):
    ...
billing.identifiers.cvr.WrongCvr: '13585627' is not \
a CVR number: its check digit is wrong; \
compare it with the CVR register
"""

import re

from stdnum.dk import cvr as library
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from billing.errors import Invalid


class WrongCvr(Invalid):
    """The text is not a CVR number."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return re.sub(r"\s", "", str(clean(number, " -.")))


def validate(number: str) -> str:
    """Return the 8 digits, or raise WrongCvr.

    CVR-loven § 5: modulo 11 over eight digits.
    """
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise WrongCvr(
            f"{number.strip()!r} is not a CVR number; write 8 digits",
            field="cvr",
        )
    try:
        library.validate(digits)
    except ValidationError:
        raise WrongCvr(
            f"{number.strip()!r} is not a CVR number: its check digit is "
            "wrong; compare it with the CVR register",
            field="cvr",
        ) from None
    return digits


def is_valid(number: str) -> bool:
    """Return whether the text is a CVR number."""
    try:
        return bool(validate(number))
    except WrongCvr:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: NN NN NN NN."""
    digits = validate(number)
    return " ".join(digits[n : n + 2] for n in range(0, 8, 2))
