"""An identity number names a person or company in one of the four Nordic countries.

The number's own form tells its country; where two countries share a form, the
customer's country decides.

>>> from datetime import date
>>> day = date(2026, 11, 25)
>>> validate("person", "SE", "811218-9876", day)
Identity(scheme='personnummer', number='198112189876')
>>> validate("person", "SE", "131052-308T", day).scheme
'hetu'
>>> validate("company", "NO", "988 077 917", day)
Identity(scheme='organisasjonsnummer', number='988077917')
>>> shown("personnummer", "198112189876"), shown("cvr", "13585628")
('19811218-****', '13 58 56 28')
>>> validate("company", "DE", "HRB 1234", day)
Traceback (most recent call last):
    ...
billing.identifiers.identity.WrongIdentity: this is not an identity number of a \
company in SE, NO, DK or FI; write one of those, or leave it empty and write the VAT \
number
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from billing.errors import Invalid
from billing.identifiers import (
    cpr,
    cvr,
    d_nummer,
    fodselsnummer,
    hetu,
    organisasjonsnummer,
    organisationsnummer,
    personnummer,
    samordningsnummer,
    ytunnus,
)

COUNTRIES = ("SE", "NO", "DK", "FI")


class WrongIdentity(Invalid):
    """The text is no identity number of a Nordic country."""


class Identity(NamedTuple):
    """A number in its canonical form, and the scheme that it is of."""

    scheme: str
    number: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A form that numbers of a country have, and what reads it."""

    kind: str
    country: str
    form: re.Pattern[str]
    read: Callable[[str, date | None], Identity]


def validate(kind: str, country: str, number: str, on: date | None) -> Identity:
    """Return scheme and canonical number, or raise what the number's module raises.

    `kind` is person or company, `country` the customer's. `on` is the day of
    registration: nobody is born after it, and ten Swedish digits are read as of it.
    """
    plain = re.sub(r"\s", "", number)
    fitting = [rule for rule in _RULES if rule.kind == kind and rule.form.match(plain)]
    own = [rule for rule in fitting if rule.country == country]
    if own or len(fitting) == 1:
        return (own or fitting)[0].read(number, on)
    if country in COUNTRIES and not fitting:
        home = next(r for r in _RULES if (r.kind, r.country) == (kind, country))
        return home.read(number, on)
    if fitting:
        names = " and ".join(rule.country for rule in fitting)
        raise WrongIdentity(
            f"a number of this form is given in {names}; write the customer's country",
            field="identity_number",
        )
    what = "company" if kind == "company" else "person"
    also = " and write the VAT number" if kind == "company" else ""
    raise WrongIdentity(
        f"this is not an identity number of a {what} in SE, NO, DK or FI; "
        f"write one of those, or leave it empty{also}",
        field="identity_number",
    )


def is_valid(kind: str, country: str, number: str, on: date | None) -> bool:
    """Return whether the text is an identity number of the kind."""
    try:
        return bool(validate(kind, country, number, on))
    except Invalid:
        return False


def is_personal(scheme: str, number: str) -> bool:
    """Return whether the number is a person's, a Swedish sole trader's included.

    >>> is_personal("organisationsnummer", "8112189876"), is_personal("cvr", "13585628")
    (True, False)
    """
    if scheme == "organisationsnummer":
        return organisationsnummer.is_sole_trader(number)
    return scheme in _MASKS


def shown(scheme: str, number: str) -> str:
    """Return the number as screens and papers show it: a person's is masked."""
    if scheme == "organisationsnummer" and organisationsnummer.is_sole_trader(number):
        return f"{number[:6]}-****"
    return (_MASKS | _FORMATS)[scheme](number)


_MASKS: dict[str, Callable[[str], str]] = {
    "personnummer": personnummer.mask,
    "samordningsnummer": samordningsnummer.mask,
    "fodselsnummer": fodselsnummer.mask,
    "d_nummer": d_nummer.mask,
    "cpr": cpr.mask,
    "hetu": hetu.mask,
}
_FORMATS: dict[str, Callable[[str], str]] = {
    "organisationsnummer": organisationsnummer.format,
    "organisasjonsnummer": organisasjonsnummer.format,
    "cvr": cvr.format,
    "ytunnus": ytunnus.format,
}


def _swedish(number: str, on: date | None) -> Identity:
    digits = personnummer.validate(number, on=on)
    special = personnummer.is_coordination_number(digits)
    return Identity("samordningsnummer" if special else "personnummer", digits)


def _norwegian(number: str, on: date | None) -> Identity:
    digits = fodselsnummer.validate(number, on=on)
    special = fodselsnummer.is_d_number(digits)
    return Identity("d_nummer" if special else "fodselsnummer", digits)


def _danish(number: str, on: date | None) -> Identity:
    return Identity("cpr", cpr.validate(number, on=on))


def _finnish(number: str, on: date | None) -> Identity:
    return Identity("hetu", hetu.validate(number, on=on))


def _company(scheme: str, of: Callable[[str], str]) -> Callable[..., Identity]:
    def read(number: str, _on: date | None) -> Identity:
        return Identity(scheme, of(number))

    return read


def _rule(
    kind: str, country: str, form: str, read: Callable[[str, date | None], Identity]
) -> _Rule:
    return _Rule(kind, country, re.compile(f"(?:{form})$", re.IGNORECASE), read)


_RULES = [
    _rule("person", "SE", r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}", _swedish),
    _rule("person", "NO", r"[0-9]{6}[-:]?[0-9]{5}", _norwegian),
    _rule("person", "DK", r"[0-9]{6}-?[0-9]{4}", _danish),
    _rule("person", "FI", r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", _finnish),
    _rule(
        "company",
        "SE",
        r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}",
        _company("organisationsnummer", organisationsnummer.validate),
    ),
    _rule(
        "company",
        "NO",
        r"[0-9]{9}",
        _company("organisasjonsnummer", organisasjonsnummer.validate),
    ),
    _rule("company", "DK", r"[0-9]{8}", _company("cvr", cvr.validate)),
    _rule("company", "FI", r"[0-9]{7}-?[0-9]", _company("ytunnus", ytunnus.validate)),
]
