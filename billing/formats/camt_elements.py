"""The elements of a camt message are its statements, balances, entries and details.

They are read as text, one pass, by local names, so that every version from .01 to .14
and a file without a namespace read alike; the rules are applied in camt.py.

>>> contents = elements(b"<Document><BkToCstmrStmt><Stmt><Id>1</Id></Stmt>"
...                     b"</BkToCstmrStmt></Document>")
>>> contents.format, contents.statements["id"].to_list()
('camt.053', ['1'])
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import polars as pl
from lxml import etree

from billing.errors import Invalid
from billing.formats.camt_paths import BALANCE, ENTRY, STATEMENT, TRANSACTION, Paths

MAX_BYTES = 1 << 30
CHUNK = 1 << 18

FORMATS = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
STATEMENT_TAGS = ("Rpt", "Stmt", "Ntfctn")
TAGS = tuple(f"{{*}}{name}" for name in ("GrpHdr", "TxDtls", "Ntry", *STATEMENT_TAGS))

# Supplementary data may hold anything; remittance is read by itself.
SKIPPED = {"SplmtryData", "RmtInf", "TxDtls", "Ntry", "Bal"}
AMOUNTS_OF_DOCUMENT = (("RmtdAmt", ""), ("DuePyblAmt", ""), ("CdtNoteAmt", "-"))
REFERENCES_OF_DOCUMENT = (
    ("CdtrRefInf/Ref", "creditor"),
    ("CdtrRefInf/CdtrRef", "creditor"),
    ("RfrdDocInf/Nb", "invoice"),
    ("RfrdDocInf/RfrdDocNb", "invoice"),
    ("AddtlRmtInf", "free"),
)
REFERENCE_COLUMNS = (
    "transaction",
    "rank",
    "text",
    "kind",
    "amount",
    "currency",
    "minus",
)


Tree: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it


class BrokenCamt(Invalid):
    """The bytes are not a camt message that can be read."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The elements of one message as frames of text."""

    format: str
    message: str
    statements: pl.DataFrame
    balances: pl.DataFrame
    entries: pl.DataFrame
    transactions: pl.DataFrame
    references: pl.DataFrame


class _Columns:
    """Rows under construction; they become frames when the file has been read."""

    __slots__ = ("balances", "entries", "references", "statements", "transactions")

    def __init__(self) -> None:
        self.statements: list[tuple[object, ...]] = []
        self.balances: list[tuple[object, ...]] = []
        self.entries: list[tuple[object, ...]] = []
        self.transactions: list[tuple[object, ...]] = []
        self.references: list[tuple[object, ...]] = []


def elements(data: bytes) -> Contents:
    """Read the message, or raise BrokenCamt; no DTD, no entities, no network."""
    if len(data) > MAX_BYTES:
        raise BrokenCamt(
            f"the file has {len(data)} bytes, more than {MAX_BYTES}; "
            "ask the bank to send it in parts"
        )
    columns = _Columns()
    try:
        root = _parse(data, columns)
    except etree.XMLSyntaxError as error:
        raise BrokenCamt(
            f"line {error.lineno}: the XML is broken ({error.msg}); "
            "ask the bank to send the file again"
        ) from None
    return _contents(root, columns)


def message_format(root: Tree) -> tuple[str, str] | None:
    """Return format and full name of the message, or None when it is not camt."""
    for element in [root, *root.iterchildren()][:2]:
        name = re.sub(r"V\d\d$", "", _name(element))
        if name in FORMATS:
            namespace = str(element.tag).rpartition("}")[0]
            version = re.search(r"camt\.05[234]\.\d{3}\.\d{2}$", namespace)
            return FORMATS[name], version[0] if version else FORMATS[name]
    return None


def _parse(data: bytes, columns: _Columns) -> Tree:
    # huge_tree off: libxml2 limits depth and the size of names and text.
    parser = etree.XMLPullParser(
        events=("end",),
        tag=TAGS,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for start in range(0, len(data), CHUNK):
        parser.feed(data[start : start + CHUNK])
        for _, element in parser.read_events():
            _take(cast(Tree, element), columns)
    root = parser.close()
    if root.getroottree().docinfo.internalDTD is not None:
        raise BrokenCamt(
            "the file declares a document type, which bank messages never do; "
            "find out who made it and do not use it"
        )
    return root


def _contents(root: Tree, columns: _Columns) -> Contents:
    found = message_format(root)
    if found is None:
        raise BrokenCamt(
            f"the XML begins with {_name(root)}, not with a camt.052, .053 or .054 "
            "message; ask the bank for one of these"
        )
    if not columns.statements:
        raise BrokenCamt(
            f"the {found[0]} message has no statement in it; "
            "ask the bank to send the file again"
        )
    return Contents(
        format=found[0],
        message=found[1],
        statements=_frame(columns.statements, ("statement", "line", *STATEMENT)),
        balances=_frame(columns.balances, ("statement", "line", *BALANCE)),
        entries=_frame(
            columns.entries,
            ("statement", "entry", "line", "transactions", *ENTRY),
        ),
        transactions=_frame(
            columns.transactions,
            ("entry", "transaction", "line", *TRANSACTION),
        ),
        references=_frame(columns.references, REFERENCE_COLUMNS),
    )


NUMBERS = {"statement", "entry", "transaction", "transactions", "line", "rank"}


def _frame(rows: list[tuple[object, ...]], names: tuple[str, ...]) -> pl.DataFrame:
    types = {name: pl.Int64 if name in NUMBERS else pl.String for name in names}
    return pl.DataFrame(rows, schema=types, orient="row")


def _take(element: Tree, columns: _Columns) -> None:
    """Read one finished element and let go of what will not be needed again."""
    name = _name(element)
    if name == "TxDtls":
        _take_transaction(element, columns)
    elif name == "Ntry":
        _take_entry(element, columns)
    elif name in STATEMENT_TAGS:
        _take_statement(element, columns)
    else:
        return
    element.clear()
    before = element.getprevious()
    # The element itself must stay until the parser has left it.
    if before is not None and before.tag == element.tag:
        parent = element.getparent()
        if parent is not None:
            parent.remove(before)


def _take_transaction(element: Tree, columns: _Columns) -> None:
    if _parent(element) not in {"NtryDtls", "Ntry"}:
        return
    number = len(columns.transactions)
    leaves = _values(element)
    entry = len(columns.entries)
    columns.transactions.append(
        (entry, number, element.sourceline, *_pick(leaves, TRANSACTION))
    )
    for remittance in element.iterchildren("{*}RmtInf"):
        for rank, row in enumerate(_references(remittance)):
            columns.references.append((number, rank, *row))


def _take_entry(element: Tree, columns: _Columns) -> None:
    if _parent(element) not in STATEMENT_TAGS:
        raise BrokenCamt(
            f"line {element.sourceline}: an entry stands outside of a statement; "
            "ask the bank to send the file again"
        )
    number = len(columns.entries)
    mine = 0
    for row in reversed(columns.transactions):
        if row[0] != number:
            break
        mine += 1
    statement = len(columns.statements)
    columns.entries.append(
        (statement, number, element.sourceline, mine, *_pick(_values(element), ENTRY))
    )


def _take_statement(element: Tree, columns: _Columns) -> None:
    number = len(columns.statements)
    picked = _pick(_values(element), STATEMENT)
    columns.statements.append((number, element.sourceline, *picked))
    for balance in element.iterchildren("{*}Bal"):
        values = _pick(_values(balance), BALANCE)
        columns.balances.append((number, balance.sourceline, *values))


def _references(
    remittance: Tree,
) -> Iterator[tuple[str, str, str | None, str | None, str]]:
    """Yield text, kind, amount, currency and minus sign of each reference."""
    for child in remittance:
        if _name(child) == "Ustrd" and (child.text or "").strip():
            yield (child.text or "").strip(), "free", None, None, ""
            continue
        if _name(child) != "Strd":
            continue
        leaves = _leaves(child)
        values = dict(reversed(leaves))
        amount = _document_amount(values)
        for path, kind in REFERENCES_OF_DOCUMENT:
            for text in (text for name, text in leaves if name == path and text):
                yield (text, kind, *amount)
                amount = (None, None, "")


def _document_amount(values: dict[str, str]) -> tuple[str | None, str | None, str]:
    for name, minus in AMOUNTS_OF_DOCUMENT:
        path = f"RfrdDocAmt/{name}"
        if path in values:
            return values[path], values.get(f"{path}@Ccy"), minus
    return None, None, ""


def _values(element: Tree) -> dict[str, str]:
    """Return path → text of the leaves; the first of several wins."""
    return dict(reversed(_leaves(element)))


def _leaves(element: Tree, prefix: str = "") -> list[tuple[str, str]]:
    """Return path and text of every leaf, and path@Ccy of every currency."""
    found: list[tuple[str, str]] = []
    for child in element:
        name = _name(child)
        if name in SKIPPED:
            continue
        path = prefix + name
        if len(child):
            found += _leaves(child, f"{path}/")
        elif child.text:
            found.append((path, child.text.strip()))
            currency = child.get("Ccy")
            if currency is not None:
                found.append((f"{path}@Ccy", currency))
    return found


def _pick(values: dict[str, str], paths: Paths) -> list[str | None]:
    return [
        next((values[path] for path in candidates if values.get(path)), None)
        for candidates in paths.values()
    ]


def _parent(element: Tree) -> str:
    parent = element.getparent()
    return "" if parent is None else _name(parent)


def _name(element: Tree) -> str:
    return str(element.tag).rpartition("}")[2]
