"""An organisation number is the 10 digits that name a Swedish company or association.

A sole trader's organisation number is the owner's personal number without its century.

>>> validate("16 556016-0680")
'5560160680'
>>> format("5560160680")
'556016-0680'
>>> validate("556016-0681")
Traceback (most recent call last):
    ...
billing.identifiers.organisationsnummer.WrongOrganisationsnummer: '556016-0681' \
is not an organisation number: its check digit or date part is wrong; \
compare it with Bolagsverket's register
"""

import re

from organisationsnummer import organisationsnummer as library
from stdnum.util import clean

from billing.errors import Invalid

DIGITS = 10
WITH_CENTURY = 12


class WrongOrganisationsnummer(Invalid):
    """The text is not an organisation number."""


def compact(number: str) -> str:
    """Return the digits without separators; twelve become ten."""
    digits = re.sub(r"[\s+-]", "", str(clean(number)))
    return digits[2:] if len(digits) == WITH_CENTURY else digits


def validate(number: str) -> str:
    """Return the 10 digits, or raise WrongOrganisationsnummer.

    Lagen (1974:174) om identitetsbeteckning för juridiska personer m.fl.: third digit
    2 or more, Luhn. A sole trader is named by a personal number instead.
    """
    plain = re.sub(r"\s", "", str(clean(number)))
    if not re.fullmatch(r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}", plain):
        raise WrongOrganisationsnummer(
            f"{number.strip()!r} is not an organisation number; "
            "write 10 digits as NNNNNN-NNNN",
            field="organisationsnummer",
        )
    if not library.valid(plain):
        raise WrongOrganisationsnummer(
            f"{_shown(number)} is not an organisation number: its check digit or "
            "date part is wrong; compare it with Bolagsverket's register",
            field="organisationsnummer",
        )
    return compact(plain)


def is_valid(number: str) -> bool:
    """Return whether the text is an organisation number."""
    try:
        return bool(validate(number))
    except WrongOrganisationsnummer:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as people write it: NNNNNN-NNNN."""
    digits = validate(number)
    return f"{digits[:6]}-{digits[6:]}"


def is_sole_trader(number: str) -> bool:
    """Return whether the number is a person's, and so personal data."""
    return int(validate(number)[2]) < 2  # noqa: PLR2004 - the statute's own limit


def _shown(number: str) -> str:
    """Echo what was typed, but never the last digits of what may be a person's."""
    digits = compact(number)
    return f"{digits[:6]}-****" if int(digits[2]) < 2 else repr(number.strip())  # noqa: PLR2004 - as above
