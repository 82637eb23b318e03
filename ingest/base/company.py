"""A company profile is a file, company.yaml: who sells, where it is paid, how it bills.

>>> read(b'''
... legal_entity: NB
... name: Nordbladet AB
... organisation_number: 556016-0681
... country: SE
... currency: SEK
... ''')
Traceback (most recent call last):
    ...
billing.identifiers.organisationsnummer.WrongOrganisationsnummer: '556016-0681' \
is not an organisation number: its check digit or date part is wrong; \
compare it with Bolagsverket's register
"""

from dataclasses import asdict, fields
from typing import Any

import yaml

from billing.company import Company, Policies
from billing.errors import Invalid
from billing.identifiers import bankgiro, organisationsnummer, vat_number

REQUIRED = ("legal_entity", "name", "organisation_number", "country", "currency")
CURRENCY_LENGTH = 3
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class WrongCompany(Invalid):
    """Something in a company profile cannot be."""


def read(data: bytes) -> Company:
    """Return the company of a profile file, with its numbers checked.

    Raises WrongCompany, WrongPolicy, UnknownPolicy or the Invalid of a number.
    """
    said = _mapping(data)
    known = {field.name for field in fields(Company)}
    for name in said:
        if name not in known:
            raise WrongCompany(
                f"company.yaml: {name!r} is no field; fields are "
                f"{', '.join(sorted(known))}",
                field=name,
            )
    for name in REQUIRED:
        if not said.get(name):
            raise WrongCompany(
                f"company.yaml: {name} is missing; fill it in", field=name
            )
    policies = Policies.from_mapping(said.pop("policies", None) or {})
    texts = {name: None if v is None else str(v) for name, v in said.items()}
    return checked(Company(policies=policies, **texts))  # type: ignore[arg-type] # required names are there


def checked(company: Company) -> Company:
    """Return the company when its numbers hold; Swedish ones by their check digits."""
    if len(company.currency) != CURRENCY_LENGTH:
        raise WrongCompany(
            f"company.yaml: {company.currency!r} is no currency; write SEK",
            field="currency",
        )
    if company.country == "SE":
        organisationsnummer.validate(company.organisation_number)
    if company.vat_number:
        vat_number.validate(company.vat_number)
    if company.bankgiro:
        bankgiro.validate(company.bankgiro)
    return company


def write(company: Company) -> bytes:
    """Return the profile as a file that `read` takes."""
    said = {name: value for name, value in asdict(company).items() if value is not None}
    said["policies"] = company.policies.to_mapping()
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False).encode("utf-8")


def _mapping(data: bytes) -> dict[str, Any]:
    try:
        said = yaml.safe_load(data.removeprefix(BYTE_ORDER_MARK).decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise WrongCompany(f"company.yaml is not YAML in UTF-8: {broken}") from broken
    if not isinstance(said, dict):
        raise WrongCompany(
            "company.yaml: write one field per line, as name: Nordbladet AB"
        )
    return said
