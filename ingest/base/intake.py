"""An intake takes a file of the base into the books: rows that hold go in, others wait.

One table may yield several kinds (an order file: customers, agreements, mandates). The
refused rows come back as a report and as a file to correct, in the quarantine.
"""

from collections.abc import Callable
from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from billing.books import queries, references, sealing, vault
from billing.books.commands import opening, past
from billing.books.filing import RecordFile
from billing.books.handle import Actor, CommandIdReused, Moment, handle
from billing.books.session import Books
from billing.customers.registration import RegisterCustomers
from billing.errors import Invalid, No, NotFound
from billing.invoicing.command import RecordUsage
from billing.invoicing.opening import RecordOpenInvoices
from billing.invoicing.past import RecordPastInvoices
from billing.payment_methods.command import RecordMandates
from billing.subscriptions.agreement import Known, Subscribe
from ingest.base import (
    agreements,
    balances,
    changes,
    customers,
    mandates,
    open_invoices,
    past_invoices,
    refusal,
    table,
    usage,
)
from ingest.base import kind as kinds
from ingest.base.kind import Imported, Kind
from ingest.base.mapping import Mapping
from ingest.base.refusal import Written
from ingest.base.table import Table

KINDS: tuple[Kind, ...] = (
    customers.KIND,
    agreements.KIND,
    mandates.KIND,
    usage.KIND,
    changes.KIND,
    open_invoices.KIND,
    balances.KIND,
    past_invoices.KIND,
)


class UnknownKind(NotFound):
    """No kind of file has the name."""


class UnknownHeadings(Invalid):
    """The headings are those of no kind of file."""


class NoSuchFile(NotFound):
    """There is no file at the path."""


@dataclass(frozen=True, slots=True)
class By:
    """Who takes the file, and when."""

    actor: Actor
    moment: Moment


@dataclass(frozen=True, slots=True, eq=False)
class BaseFile:
    """A file of the base: its bytes and hash, and how it is to be read.

    `kinds` are the names of what it yields; empty: what mapping or headings say.
    """

    name: str
    data: bytes = field(repr=False)
    sha256: str
    kinds: tuple[str, ...] = ()
    mapping: Mapping | None = None
    parameters: Named[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What became of a file: its kind, rows, refusals, and the answers of the commands.

    `known` is true for a file that had been taken before: then nothing happened.
    """

    kind: str
    rows: int
    refused: pl.DataFrame
    answers: dict[str, dict[str, Any]]
    written: Written | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """What to import: a kind, the path of a file, a mapping and its parameters."""

    kind: str
    path: Path
    mapping: Mapping | None = None
    parameters: Named[str, str] = field(default_factory=dict)


def import_file(books: Books, what: Import, *, moment: Moment, actor: Actor) -> Taken:
    """Take a file into the books, keep its bytes, record it with its findings.

    With a mapping that yields several kinds, all of them are taken when the kind is
    among them. The same file again changes nothing.
    """
    if what.kind not in {kind.name for kind in KINDS}:
        names = ", ".join(kind.name for kind in KINDS)
        raise UnknownKind(f"there is no kind {what.kind!r}; kinds are {names}")
    if not what.path.is_file():
        raise NoSuchFile(
            f"there is no file {what.path}; give the path of a CSV or .xlsx"
        )
    data = what.path.read_bytes()
    sha256 = vault.put(books.home, data)
    by = By(actor, moment)
    if is_known(books, sha256, by):
        return Taken(what.kind, 0, refusal.frame([]), {}, known=True)
    several = tuple(what.mapping.kinds) if what.mapping else (what.kind,)
    named = several if what.kind in several else (what.kind,)
    file = BaseFile(what.path.name, data, sha256, named, what.mapping, what.parameters)
    taken = take(books, file, by)
    record(books, file, taken, by)
    return taken


def is_known(books: Books, sha256: str, by: By) -> bool:
    """Return whether a file with these bytes has been recorded."""
    asked = RecordFile(sha256, "in", "", "", 0, no_findings())
    answer = handle(books, asked, actor=by.actor, moment=by.moment, preview=True)
    return bool(answer["known"])


def record(books: Books, file: BaseFile, taken: Taken, by: By) -> None:
    """Record the file with its refusals as findings; last, when all else is done."""
    command = RecordFile(
        file.sha256,
        "in",
        file.name,
        taken.kind,
        len(file.data),
        refusal.findings(taken.refused),
    )
    handle(books, command, actor=by.actor, moment=by.moment)


def no_findings() -> pl.DataFrame:
    """Return an empty frame of findings."""
    return refusal.findings(refusal.frame([]))


def kinds_of(headings: list[str]) -> tuple[str, ...]:
    """Return the kinds whose required fields are all among the headings.

    >>> kinds_of(["customer_id", "plan_id", "start_on"])
    ('agreements',)
    >>> kinds_of(["Subscription ID", "change", "effective", "customer_id"])
    ('changes',)
    """
    said = {name.lower().replace(" ", "_").replace("-", "_") for name in headings}
    return tuple(
        kind.name
        for kind in KINDS
        if {f.cell for f in kind.fields if f.required} <= said
    )


def take(books: Books, file: BaseFile, by: By) -> Taken:
    """Read a file and give the commands it comes to; raise when it is no such file."""
    found = table.read(file.data, file.name)
    names = file.kinds or kinds_of(found.headings)
    if not names:
        raise UnknownHeadings(
            f"{file.name}: the headings {', '.join(found.headings)} are those of no "
            "kind of file; use the fields' own names, or import it with a mapping"
        )
    answers: dict[str, dict[str, Any]] = {}
    refused = [found.refused]
    rest = found
    for kind in KINDS:
        if kind.name in names:
            read = kinds.read(kind, rest, file.mapping, file.parameters)
            imported, answers[kind.name] = TAKERS[kind.name](books, read, file, by)
            refused.append(imported.refused)
            # Whose customer is refused has no agreement either: one reason is enough.
            rest = table.without(rest, imported.refused.select("line").unique())
    refusals = pl.concat(refused).unique(maintain_order=True)
    return Taken(
        kind="+".join(answers),
        rows=found.cells.height + found.refused.height,
        refused=refusals,
        answers=answers,
        written=_written(books, file, found, refusals),
    )


def _written(
    books: Books, file: BaseFile, found: Table, refusals: pl.DataFrame
) -> Written | None:
    if refusals.is_empty():
        return None
    folder = books.home.quarantine
    return refusal.write(folder, file.sha256, file.name, (refusals, found.cells))


Answer = tuple[Imported, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """How a kind goes into the books: its command, and what the books refuse of it.

    `part` tells two kinds apart that come to the same command.
    """

    command: Callable[[pl.DataFrame], object]
    checked: Callable[[Books, Imported], Imported]
    part: str = ""

    def take(self, books: Books, read: Imported, file: BaseFile, by: By) -> Answer:
        """Give all rows at once; ask which are wrong only if the books say no."""
        try:
            return read, self._given(books, read, file, by)
        except No:
            imported = self.checked(books, read)
            if imported.rows.height == read.rows.height:
                raise
            return imported, self._given(books, imported, file, by)

    def _given(
        self, books: Books, imported: Imported, file: BaseFile, by: By
    ) -> dict[str, Any]:
        if imported.rows.is_empty():
            return {}
        command = self.command(imported.rows.drop("line"))
        name = f"{type(command).__name__}{self.part}"
        return _once(books, command, (file.sha256, name), by)


def _known(books: Books) -> Known:
    with books.reader() as read:
        return references.known(read)


def _checked_customers(books: Books, read: Imported) -> Imported:
    seal = sealing.seal_of(books.home)
    registered = queries.identities(books)
    return customers.checked(read, registered, lambda rows: sealing.hashed(seal, rows))


def _checked_agreements(books: Books, read: Imported) -> Imported:
    about = references.About.orders(read.rows)
    with books.reader() as reader:
        return agreements.checked(read, references.known(reader, about))


def _checked_mandates(books: Books, read: Imported) -> Imported:
    return mandates.checked(read, _known(books).customers)


def _checked_usage(books: Books, read: Imported) -> Imported:
    return usage.checked(read, _known(books).agreements.select("subscription_id"))


def _checked_open_invoices(books: Books, read: Imported) -> Imported:
    with books.reader() as reader:
        return open_invoices.checked(read, opening.known(reader))


def _checked_past_invoices(books: Books, read: Imported) -> Imported:
    with books.reader() as reader:
        return past_invoices.checked(read, past.known(reader))


def _changes(books: Books, read: Imported, file: BaseFile, by: By) -> Answer:
    """Give each change as a command of its own: each is priced when recorded."""
    refused: list[dict[str, object]] = []
    for line, command in changes.commands(read.rows):
        try:
            _once(books, command, (file.sha256, line), by)
        except No as no:
            refused.append(
                {
                    "line": line,
                    "field": no.field or "change",
                    "message": no.message,
                    "remedy": "correct the row and send it again",
                }
            )
    imported = kinds.without(read, refusal.frame(refused))
    return imported, {"changed": imported.rows.height}


TAKERS: dict[str, Callable[[Books, Imported, BaseFile, By], Answer]] = {
    "customers": Way(RegisterCustomers, _checked_customers).take,
    "agreements": Way(Subscribe, _checked_agreements).take,
    "mandates": Way(RecordMandates, _checked_mandates).take,
    "usage": Way(RecordUsage, _checked_usage).take,
    "changes": _changes,
    "open_invoices": Way(RecordOpenInvoices, _checked_open_invoices).take,
    "balances": Way(RecordOpenInvoices, _checked_open_invoices, "/balances").take,
    "past_invoices": Way(RecordPastInvoices, _checked_past_invoices).take,
}


def _once(
    books: Books, command: object, key: tuple[str, object], by: By
) -> dict[str, Any]:
    """Give a command under an id that its file names: twice is one effect."""
    command_id = UUID(books.new_id("file", *key))
    try:
        return handle(
            books, command, actor=by.actor, moment=by.moment, command_id=command_id
        )
    except CommandIdReused:
        # The attempt that was cut off had recorded this command with what it then saw.
        return {"repeated": True}
