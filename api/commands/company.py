"""A company of one's own: its profile is asked for or read, checked and applied."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    "vat_number": ("VAT number", ""),
    "bankgiro": ("Bankgiro number (empty: none)", ""),
    "iban": ("IBAN (empty: none)", ""),
    "autogiro_number": ("Customer number at Bankgirot for Autogiro (empty: none)", ""),
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
    from billing.books.vault import write_durably
    from billing.company import ApplyCompany
    from ingest.base import company as profile

    home = Home.from_environment()
    _refuse_demo(home.path)
    company = profile.read(from_.read_bytes()) if from_ else asked()
    command = ApplyCompany(company, console.moment(on).on)
    console.carry_out(console.books(), command, on)
    write_durably(home.path / FILE, profile.write(company))
    console.say(f"{company.name} is set up in {home.path / FILE}")
    console.say("Next: saldo catalogue apply catalogue.yaml")
    console.say(f"Then put files into {home.inbox} and run: saldo day")


def _refuse_demo(home: Path) -> None:
    if (home / "demo.json").exists():
        raise console.refuse(
            f"{home} is the home of the demo company; a company of one's own needs "
            "another: saldo --home FOLDER init"
        )


def asked() -> "Company":
    """Ask for the profile, each answer until it holds; policies keep their defaults."""
    from billing.company import Company, Policies
    from ingest.base import company as profile

    answers: dict[str, str | None] = {}
    for name, (question, default) in QUESTIONS.items():
        answers[name] = _answer(name, question, _suggested(name, answers) or default)
    return profile.checked(Company(policies=Policies(), **answers))  # type: ignore[arg-type] # the required answers are there


def _suggested(name: str, answers: dict[str, str | None]) -> str | None:
    """Suggest the VAT number that Skatteverket makes of the organisation number."""
    from billing.identifiers import vat_number

    number = answers.get("organisation_number")
    return (
        vat_number.of_organisation(number) if name == "vat_number" and number else None
    )


def _answer(name: str, question: str, default: str | None) -> str | None:
    from billing.errors import Invalid

    while True:
        said = typer.prompt(question, default=default, show_default=bool(default))
        try:
            return checked(name, said)
        except Invalid as wrong:
            console.complain(wrong.message)


def checked(name: str, said: str) -> str | None:
    """Return an answer in its canonical writing; refuse a number that cannot be.

    >>> checked("organisation_number", "556036-0793"), checked("city", " ")
    ('5560360793', None)
    """
    from billing.errors import Invalid

    plain = said.strip()
    if not plain and name in REQUIRED:
        raise Invalid(f"{name} is missing; fill it in", field=name)
    validate = _checks().get(name)
    if not plain or validate is None:
        return plain or None
    return validate(plain)


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
