"""A personal number names one person in Sweden; a samordningsnummer has day + 60.

The canonical form is twelve digits. Ten digits do not say the century, so they are
read as of a day that the caller gives; without one they are refused.

>>> validate("19121212-1212")
'191212121212'
>>> from datetime import date
>>> validate("811218-9876", on=date(2026, 4, 13)), validate("121212+1212",
...     on=date(2026, 4, 13))
('198112189876', '191212121212')
>>> format("191212121212"), mask("191212121212")
('19121212-1212', '19121212-****')
>>> validate("811218-9876")
Traceback (most recent call last):
    ...
billing.identifiers.personnummer.WrongPersonnummer: the personal number 811218-**** \
has no century; write 12 digits as YYYYMMDD-NNNN
"""

import re
from datetime import date

from personnummer import personnummer as library
from stdnum.util import clean

from billing.errors import Invalid

CENTURY = 100
COORDINATION_DAYS = 60
SHAPE = re.compile(
    r"(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<day>[0-9]{4})"
    r"(?P<sign>[-+]?)(?P<last>[0-9]{4})"
)


class WrongPersonnummer(Invalid):
    """The text is not a personal number."""


def compact(number: str) -> str:
    """Return the text without spaces and hyphens; a plus sign says 100 or older."""
    return str(clean(number, " -")).strip()


def validate(number: str, *, on: date | None = None) -> str:
    """Return the 12 digits, or raise WrongPersonnummer; never echo the last four.

    Folkbokföringslagen (1991:481) 18 §, 18 a §; Luhn over nine digits and one. `on` is
    the day as of which ten digits are read: the latest birth that is not after it,
    a century earlier with a plus sign. Interim numbers are refused.
    """
    parts = SHAPE.fullmatch(re.sub(r"\s", "", str(clean(number))))
    if parts is None:
        raise _wrong("this is not a personal number; write YYYYMMDD-NNNN")
    digits = _with_century(parts, on)
    if not library.valid(digits):
        raise _wrong(
            f"the personal number {mask(digits)} has a date that does not exist or a "
            "wrong check digit; compare it with an identity document"
        )
    if on is not None and birth_date(digits) > on:
        raise _wrong(f"the personal number {mask(digits)} is of a day after {on}")
    return digits


def is_valid(number: str, *, on: date | None = None) -> bool:
    """Return whether the text is a personal number."""
    try:
        return bool(validate(number, on=on))
    except WrongPersonnummer:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: YYYYMMDD-NNNN."""
    digits = validate(number)
    return f"{digits[:8]}-{digits[8:]}"


def mask(number: str) -> str:
    """Return the number without its last four digits, for screens and logs."""
    return f"{re.sub('[^0-9]', '', number)[:-4]}-****"


def is_coordination_number(number: str) -> bool:
    """Return whether the number is a samordningsnummer (day + 60)."""
    return int(validate(number)[6:8]) > COORDINATION_DAYS


def birth_date(number: str) -> date:
    """Return the day of birth that the 12 digits say."""
    year, month, day = int(number[:4]), int(number[4:6]), int(number[6:8])
    return date(year, month, day % COORDINATION_DAYS)


def _with_century(parts: re.Match[str], on: date | None) -> str:
    rest = parts["day"] + parts["last"]
    if parts["century"]:
        return parts["century"] + parts["year"] + rest
    if on is None:
        raise _wrong(
            f"the personal number {parts['year']}{parts['day']}-**** has no century; "
            "write 12 digits as YYYYMMDD-NNNN"
        )
    latest = on.year - CENTURY * (parts["sign"] == "+")
    year = latest - (latest - int(parts["year"])) % CENTURY
    born = f"{year}{parts['day'][:2]}{int(parts['day'][2:]) % COORDINATION_DAYS:02d}"
    # Born later this year with these two digits means a hundred years ago.
    if born > f"{latest}{on:%m%d}":
        year -= CENTURY
    return f"{year}{rest}"


def _wrong(message: str) -> WrongPersonnummer:
    return WrongPersonnummer(message, field="personnummer")
