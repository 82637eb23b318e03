"""A VAT number is what a seller or buyer is registered under in the EU or in Norway.

>>> validate("SE 556016-0680 01"), validate("DE 136 695 976")
('SE556016068001', 'DE136695976')
>>> validate("NO 995 525 828 MVA")
'NO995525828MVA'
>>> of_organisation("556016-0680")
'SE556016068001'
>>> validate("SE556016068101")
Traceback (most recent call last):
    ...
billing.identifiers.vat_number.WrongVatNumber: 'SE556016068101' is not a VAT number \
of SE: check digit or form is wrong; ask the customer, or look it up in VIES
"""

from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.no import mva

from billing.errors import Invalid
from billing.identifiers import organisationsnummer


class WrongVatNumber(Invalid):
    """The text is not a VAT number of a member state or of Norway."""


def compact(number: str) -> str:
    """Return the number in capitals, without separators."""
    return "".join(c for c in number.upper() if c.isalnum() or c in "+*")


def validate(number: str) -> str:
    """Return country code and number, or raise WrongVatNumber.

    Form and check digit per member state (Directive 2006/112/EC art. 215, VIES); that
    the number is in force only VIES itself can say. Norway's is its company number
    and MVA (merverdiavgiftsforskriften § 15-11-2).
    """
    plain = compact(number)
    if plain[:2].lower() not in {*vat.MEMBER_STATES, "el", "no"}:
        raise WrongVatNumber(
            f"{number.strip()!r} does not begin with the code of an EU country or NO; "
            "write it as SE556016068001",
            field="vat_number",
        )
    try:
        if plain.startswith("NO"):
            return f"NO{mva.validate(plain)}"
        return str(vat.validate(plain))
    except ValidationError:
        raise WrongVatNumber(
            f"{number.strip()!r} is not a VAT number of {plain[:2]}: check digit or "
            "form is wrong; ask the customer, or look it up in VIES",
            field="vat_number",
        ) from None


def is_valid(number: str) -> bool:
    """Return whether the text is a VAT number."""
    try:
        return bool(validate(number))
    except WrongVatNumber:
        return False


def format(number: str) -> str:  # noqa: A001 - the verb of every number module
    """Return the number as invoices show it: capitals, no separators."""
    return validate(number)


def of_organisation(number: str) -> str:
    """Return the Swedish VAT number of an organisation number (SE + number + 01)."""
    return f"SE{organisationsnummer.validate(number)}01"
