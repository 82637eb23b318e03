"""A D-number names a person in Norway's register who does not live in Norway.

It is a fødselsnummer whose day is 40 higher.

>>> validate("681116 75612")
'68111675612'
>>> is_valid("15108695088")
False
"""

from datetime import date

from billing.errors import Invalid
from billing.identifiers import fodselsnummer


class WrongDNummer(Invalid):
    """The text is not a D-number."""


def compact(number: str) -> str:
    """Return the digits without separators."""
    return fodselsnummer.compact(number)


def validate(number: str, *, on: date | None = None) -> str:
    """Return the 11 digits, or raise WrongDNummer; never echo the last five.

    Folkeregisterforskriften § 2-2-2.
    """
    try:
        digits = fodselsnummer.validate(number, on=on)
    except fodselsnummer.WrongFodselsnummer as wrong:
        raise WrongDNummer(wrong.message, field="d_nummer") from None
    if not fodselsnummer.is_d_number(digits):
        raise WrongDNummer(
            f"{fodselsnummer.mask(digits)} is a fødselsnummer, not a D-number; "
            "a D-number has its day plus 40",
            field="d_nummer",
        )
    return digits


def is_valid(number: str, *, on: date | None = None) -> bool:
    """Return whether the text is a D-number."""
    try:
        return bool(validate(number, on=on))
    except WrongDNummer:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: DDMMYY NNNNN."""
    return fodselsnummer.format(validate(number))


def mask(number: str) -> str:
    """Return the number without its last five digits, for screens and logs."""
    return fodselsnummer.mask(number)
