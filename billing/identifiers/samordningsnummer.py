"""A samordningsnummer names a person in Sweden who is not in the population register.

It is a personal number whose day is 60 higher (folkbokföringslagen 18 a §).

>>> validate("19811278-9873")
'198112789873'
>>> validate("198112189876")
Traceback (most recent call last):
    ...
billing.identifiers.samordningsnummer.WrongSamordningsnummer: 19811218-**** is a \
personal number, not a samordningsnummer; a samordningsnummer has its day plus 60
"""

from datetime import date

from billing.errors import Invalid
from billing.identifiers import personnummer


class WrongSamordningsnummer(Invalid):
    """The text is not a samordningsnummer."""


def compact(number: str) -> str:
    """Return the text without spaces and hyphens."""
    return personnummer.compact(number)


def validate(number: str, *, on: date | None = None) -> str:
    """Return the 12 digits, or raise WrongSamordningsnummer; never echo the last four.

    `on` is the day as of which ten digits are read, as for a personal number.
    """
    try:
        digits = personnummer.validate(number, on=on)
    except personnummer.WrongPersonnummer as wrong:
        raise WrongSamordningsnummer(wrong.message, field="samordningsnummer") from None
    if not personnummer.is_coordination_number(digits):
        raise WrongSamordningsnummer(
            f"{personnummer.mask(digits)} is a personal number, not a "
            "samordningsnummer; a samordningsnummer has its day plus 60",
            field="samordningsnummer",
        )
    return digits


def is_valid(number: str, *, on: date | None = None) -> bool:
    """Return whether the text is a samordningsnummer."""
    try:
        return bool(validate(number, on=on))
    except WrongSamordningsnummer:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: YYYYMMDD-NNNN."""
    return personnummer.format(number)


def mask(number: str) -> str:
    """Return the number without its last four digits, for screens and logs."""
    return personnummer.mask(number)
