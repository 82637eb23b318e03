"""The inbox is where files are dropped: each is kept, recognised, taken, and moved on.

Order of things for one file: its bytes into the vault, its commands into the books, its
record with findings, and only then out of the inbox. A run that is cut off anywhere is
simply run again: bytes are never lost, and nothing counts twice.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from billing.books import oversight, vault
from billing.books.filing import FINDINGS, RecordFile
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.session import Books
from billing.errors import No
from billing.formats import detect
from billing.payment_methods.command import RecordCollectionResults, RecordMandates
from billing.payments.command import RecordPayments
from ingest.bank import autogiro, bgmax, camt
from ingest.bank.incoming import BankFile
from ingest.base import intake, refusal
from ingest.base.intake import BaseFile, By

UNKNOWN = "unknown"
EVERYTHING, RECENT = 1 << 31, 1000
NOT_INBOX = {
    "company.yaml": "apply it with saldo init",
    "catalogue.yaml": "apply it with saldo catalogue apply",
}
# Files that are still being written, or that a system keeps for itself.
PASSED_OVER = (".", "~")
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class Received:
    """What a reception came to: files taken, rows in them, rows or files refused."""

    files: int = 0
    rows: int = 0
    refused: int = 0

    def __add__(self, other: "Received") -> "Received":
        return Received(
            self.files + other.files,
            self.rows + other.rows,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """A file that lies in the inbox, with its bytes and their name in the vault."""

    path: Path
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a file was, how many rows it had, and what was found wrong with it."""

    kind: str
    rows: int
    findings: pl.DataFrame
    is_refused: bool = False


def receive(books: Books, moment: Moment) -> Received:
    """Take every file of the inbox into the books, in the order of their names.

    A file that cannot be taken goes to the quarantine with a finding that says why.
    """
    received = Received()
    for path in waiting(books):
        received += _receive_one(books, path, moment)
    return received


def waiting(books: Books) -> list[Path]:
    """Return the files that lie in the inbox and are whole, by name."""
    return sorted(
        path
        for path in books.home.inbox.iterdir()
        if path.is_file()
        and not path.name.startswith(PASSED_OVER)
        and not path.name.endswith(UNFINISHED)
    )


def _receive_one(books: Books, path: Path, moment: Moment) -> Received:
    data = path.read_bytes()
    seen = _is_kept(books, data)
    file = Dropped(path, data, vault.put(books.home, data))
    if seen and intake.is_known(books, file.sha256, By(SYSTEM, moment)):
        path.unlink()
        return Received(files=1)
    outcome = _outcome(books, file, moment)
    if outcome.is_refused:
        target = books.home.quarantine / f"{file.sha256[:12]}-{path.name}"
        vault.write_durably(target, data)
    _record(books, file, outcome, moment)
    path.unlink()
    refused = outcome.findings.filter(pl.col("severity") == "error").height
    return Received(1, outcome.rows, refused)


def _is_kept(books: Books, data: bytes) -> bool:
    """Return whether the vault has the bytes: only then may the books know the file."""
    try:
        vault.get(books.home, hashlib.sha256(data).hexdigest())
    except vault.NotInVault:
        return False
    return True


def _outcome(books: Books, file: Dropped, moment: Moment) -> Outcome:
    """Take the file as what it is; a no is the finding of the whole file."""
    kind = detect.recognise(file.data)
    try:
        if file.path.name in NOT_INBOX:
            return _refused(
                UNKNOWN, "the file is no inbox file", NOT_INBOX[file.path.name]
            )
        if kind is None:
            return _base(books, file, moment)
        for prefix, take in BANK.items():
            if kind.startswith(prefix):
                return take(books, file, moment)
    except No as no:
        return _refused(kind or UNKNOWN, no.message, _remedy(kind))
    return _refused(
        kind, f"{kind} is not taken from the inbox", "keep it, or remove it"
    )


def _remedy(kind: str | None) -> str:
    if kind is None:
        return "send CSV or .xlsx with known headings, or import it with a mapping"
    return "ask the sender for a correct file and drop it into the inbox"


def _refused(kind: str, message: str, remedy: str) -> Outcome:
    finding = {
        "severity": "error",
        "field": "file",
        "message": message,
        "remedy": remedy,
    }
    return Outcome(kind, 0, pl.DataFrame([finding], schema=FINDINGS), is_refused=True)


def _base(books: Books, file: Dropped, moment: Moment) -> Outcome:
    """Take customers, agreements, mandates, usage or changes, by the headings."""
    source = BaseFile(file.path.name, file.data, file.sha256)
    taken = intake.take(books, source, By(SYSTEM, moment))
    findings = refusal.findings(taken.refused)
    return Outcome(taken.kind, taken.rows, findings)


def _camt(books: Books, file: Dropped, moment: Moment) -> Outcome:
    return _payments(books, (file, camt.read(file.data)), moment)


def _bgmax(books: Books, file: Dropped, moment: Moment) -> Outcome:
    return _payments(books, (file, bgmax.read(file.data)), moment)


def _payments(books: Books, read: tuple[Dropped, BankFile], moment: Moment) -> Outcome:
    file, found = read
    if not found.payments.is_empty():
        command = RecordPayments(found.payments, file_sha256=file.sha256)
        handle(books, command, actor=SYSTEM, moment=moment)
    return Outcome(found.format, found.payments.height, found.findings)


def _mandate_advice(books: Books, file: Dropped, moment: Moment) -> Outcome:
    read = autogiro.mandate_events(file.data)
    rows, lost = autogiro.mandates(read.rows, oversight.mandates(books, EVERYTHING))
    if not rows.is_empty():
        handle(books, RecordMandates(rows), actor=SYSTEM, moment=moment)
    return Outcome(read.format, rows.height, pl.concat([read.findings, lost]))


def _collection_report(books: Books, file: Dropped, moment: Moment) -> Outcome:
    read = autogiro.answers(file.data)
    # Answers come within days: the newest orders have nearly always been asked about.
    recent = oversight.collection_orders(books, RECENT + 2 * read.rows.height)
    rows, lost = autogiro.results(read.rows, recent)
    if not lost.is_empty():
        every = oversight.collection_orders(books, EVERYTHING)
        rows, lost = autogiro.results(read.rows, every)
    if not rows.is_empty():
        command = RecordCollectionResults(rows, file_sha256=file.sha256)
        handle(books, command, actor=SYSTEM, moment=moment)
    return Outcome(read.format, rows.height, pl.concat([read.findings, lost]))


BANK: dict[str, Callable[[Books, Dropped, Moment], Outcome]] = {
    "camt.": _camt,
    "bgmax": _bgmax,
    "autogiro.mandate_advice": _mandate_advice,
    "autogiro.payment_specification": _collection_report,
    "autogiro.rejected": _collection_report,
}


def _record(books: Books, file: Dropped, outcome: Outcome, moment: Moment) -> None:
    command = RecordFile(
        file.sha256,
        "in",
        file.path.name,
        outcome.kind,
        len(file.data),
        outcome.findings.select(FINDINGS.names()),
    )
    handle(books, command, actor=SYSTEM, moment=moment)
