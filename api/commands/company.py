"""A company of one's own: its profile is asked for or read, checked, kept and applied."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import console

if TYPE_CHECKING:
    from billing.company import Company

FILE = "company.yaml"
# What is asked for, in this order: the words of the question, and a default if any.
QUESTIONS: dict[str, tuple[str, str | None]] = {
    "name": ("Name of the company", None),
    "legal_entity": ("Short name for invoice numbers, such as NB", None),
    "organisation_number": ("Organisation number", None),
    "vat_number": ("VAT number (empty: none)", ""),
    "bankgiro": ("Bankgiro number (empty: none)", ""),
    "iban": ("IBAN (empty: none)", ""),
    "address_line": ("Address", ""),
    "postal_code": ("Postal code", ""),
    "city": ("City", ""),
    "country": ("Country", "SE"),
    "email": ("E-mail", ""),
    "currency": ("Currency", "SEK"),
}
REQUIRED = ("legal_entity", "name", "organisation_number", "country", "currency")


def init(
    from_: Annotated[
        Path | None,
        typer.Option("--from", exists=True, dir_okay=False, help="A company.yaml."),
    ] = None,
    on: console.On = None,
) -> None:
    """Set up a company of one's own: ask, check, write company.yaml, and apply it."""
    from billing.books.home import Home
    from billing.company import ApplyCompany

    home = Home.from_environment()
    _refuse_demo(home.path)
    profile = asked() if from_ is None else read(from_.read_text(encoding="utf-8"))
    company = company_of(profile)
    opened = console.books()
    effective = console.moment(on).on
    console.carry_out(opened, ApplyCompany(company, effective), on)
    path = home.path / FILE
    path.write_text(written(company), encoding="utf-8")
    console.say(f"{company.name} is set up in {path}")
    console.say(f"Put files into {home.inbox} and run: saldo day")


def _refuse_demo(home: Path) -> None:
    if (home / "demo.json").exists():
        raise console.refuse(
            f"{home} is the home of the demo company; a company of one's own needs "
            "another: saldo --home FOLDER init"
        )


def read(text: str) -> dict[str, Any]:
    """Return the profile of a company file; unknown names are refused.

    >>> read("name: Bladet\\ncity: Kiruna")
    {'name': 'Bladet', 'city': 'Kiruna'}
    """
    import yaml

    from billing.errors import Invalid

    try:
        profile = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise Invalid(f"the company file is not YAML: {wrong}") from wrong
    if not isinstance(profile, dict):
        raise Invalid("the company file has no names and values; write name: …")
    unknown = sorted(map(str, set(profile) - {*QUESTIONS, "policies"}))
    if unknown:
        raise Invalid(
            f"{unknown[0]!r} is not part of a company's profile; it has: "
            f"{', '.join(QUESTIONS)}, policies",
            field=unknown[0],
        )
    return profile


def asked() -> dict[str, Any]:
    """Ask for the profile, each answer until it holds."""
    return {name: _answer(name, *question) for name, question in QUESTIONS.items()}


def _answer(name: str, question: str, default: str | None) -> str | None:
    from billing.errors import Invalid

    while True:
        said = typer.prompt(question, default=default, show_default=bool(default))
        try:
            return checked(name, said)
        except Invalid as wrong:
            console.complain(wrong.message)


def checked(name: str, said: str | None) -> str | None:
    """Return an answer in its canonical writing; refuse a number that cannot be.

    >>> checked("organisation_number", "556036-0793"), checked("city", " ")
    ('5560360793', None)
    """
    from billing.errors import Invalid

    plain = str(said or "").strip()
    if not plain:
        if name in REQUIRED:
            raise Invalid(f"{name} is missing; fill it in", field=name)
        return None
    validate = _checks().get(name)
    return validate(plain) if validate else plain


def _checks() -> dict[str, Callable[[str], str]]:
    from billing.identifiers import (
        bank_account,
        bankgiro,
        organisationsnummer,
        vat_number,
    )

    return {
        "organisation_number": organisationsnummer.validate,
        "vat_number": vat_number.validate,
        "bankgiro": bankgiro.validate,
        "iban": bank_account.validate,
        "legal_entity": _short_name,
    }


def _short_name(said: str) -> str:
    from billing.errors import Invalid

    if not (said.isascii() and said.isalnum()):
        raise Invalid(
            f"the short name {said!r} goes into invoice numbers; write letters and "
            "digits only, such as NB",
            field="legal_entity",
        )
    return said


def company_of(profile: dict[str, Any]) -> "Company":
    """Return the company of a profile, every number checked."""
    from billing.company import Company, Policies

    given = {"country": "SE", "currency": "SEK"} | profile
    values = {name: checked(name, given.get(name)) for name in QUESTIONS}
    policies = Policies.from_mapping(profile.get("policies") or {})
    return Company(policies=policies, **values)  # type: ignore[arg-type] # the required ones are there: checked


def written(company: "Company") -> str:
    """Return a company as the file that `read` reads."""
    import yaml

    profile: dict[str, Any] = {
        name: getattr(company, name) for name in QUESTIONS if getattr(company, name)
    }
    profile["policies"] = company.policies.to_mapping()
    return yaml.safe_dump(profile, allow_unicode=True, sort_keys=False)
