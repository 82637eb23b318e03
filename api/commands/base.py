"""The base of another system: customers, agreements and more, taken in from files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import console

if TYPE_CHECKING:
    from ingest.base.intake import Taken
    from ingest.base.mapping import Mapping

SHOWN = 20


def import_(  # noqa: PLR0913, PLR0917 - one parameter for each option
    kind: Annotated[
        str,
        typer.Argument(
            help="customers, agreements, mandates, usage, changes, open_invoices, "
            "balances or past_invoices."
        ),
    ],
    file: console.ExistingFile,
    map_: Annotated[
        str | None,
        typer.Option("--map", help="A mapping file, or the name of a shipped one."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of the mapping: name=value."),
    ] = None,
    on: console.On = None,
    as_json: console.Json = False,
) -> None:
    """Import a CSV or Excel file; every row refused is reported with its remedy."""
    from ingest.base import intake

    given = parameters(set_ or [])
    mapping = _mapping(map_) if map_ else None
    if mapping and "as_of" in mapping.parameters:
        given.setdefault("as_of", console.moment(on).on.isoformat())
    taken = intake.import_file(
        console.books(),
        intake.Import(kind, file, mapping, given),
        moment=console.moment(on),
        actor=console.actor(),
    )
    _report(taken, as_json=as_json)


def parameters(given: list[str]) -> dict[str, str]:
    """Return the parameters that are given as name=value.

    >>> parameters(["as_of=2026-01-01"])
    {'as_of': '2026-01-01'}
    """
    for one in given:
        if "=" not in one:
            raise typer.BadParameter(f"{one!r} is not name=value")
    return dict(one.split("=", 1) for one in given)


def _mapping(name: str) -> "Mapping":
    from ingest.base import mapping

    path = Path(name)
    if path.is_file():
        return mapping.parse(path.read_text(encoding="utf-8"))
    return mapping.shipped(name)


def _report(taken: "Taken", *, as_json: bool) -> None:
    """Print what was taken and what was refused; rows refused are exit code 1."""
    refused = taken.refused
    if as_json:
        answers = {
            name: {key: value for key, value in answer.items() if key[-4:] != "_ids"}
            for name, answer in taken.answers.items()
        }
        console.show_json(
            {"rows": taken.rows, "answers": answers, "refused": refused.to_dicts()}
        )
    elif taken.known:
        console.say("this file was taken before; nothing to do")
    else:
        for name, answer in taken.answers.items():
            counts = {k: v for k, v in answer.items() if isinstance(v, int)}
            said = ", ".join(f"{v} {console.words(k)}" for k, v in counts.items())
            console.say(f"{name}: {said}")
        if refused.height:
            console.show(refused.drop("record").head(SHOWN), as_json=False)
    if refused.height:
        lines = refused["line"].n_unique()
        where = f"; see {taken.written.report}" if taken.written else ""
        raise console.refuse(f"{lines} rows were refused{where}")
