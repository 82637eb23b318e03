"""An Autogiro order file tells Bankgirot which mandates and payments to carry out.

Bankgirot, Autogiro technical manual: an opening record and its records, no end record;
a section holds one kind. The seal (HMAC, TK00 and TK99) is not written here: a file
goes to Bankgirot through a channel that seals it, or waits for the issue that adds it.

>>> from datetime import date
>>> import polars as pl
>>> opening = Opening(date(2026, 4, 13), customer_number="471117", bankgiro="54029681")
>>> payments = pl.DataFrame({"direction": ["debit"], "due_on": [date(2026, 4, 30)],
...     "payer_number": ["1001"], "amount_minor": [29900],
...     "reference": ["INV2026000000001"]})
>>> write_payments(opening, payments).decode("latin-1").splitlines()[1].rstrip()
'82202604300    00000000000010010000000299000054029681INV2026000000001'
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from billing.errors import Invalid
from billing.formats.fixed_width import (
    bare,
    compact_day,
    day,
    field,
    number,
    padded,
    records,
    text,
    written,
    zeros,
)

CODES = {"debit": "82", "credit": "32"}
AT_ONCE = "GENAST"
REFERENCE_LENGTH = 16
PAYER_NUMBER = "^[0-9]{1,16}$"
ACCOUNT = "^[0-9]{16}$"
IDENTITY = "^[0-9]{12}$"
AMOUNT_MAX = 10**12
ACTIONS = ("new", "cancel", "refuse")


class WrongOrder(Invalid):
    """A row cannot become an Autogiro order."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening record: day of writing, customer number and creditor's Bankgiro."""

    written_on: date
    customer_number: str
    bankgiro: str

    def line(self) -> str:
        """Return TK01 of a file to Bankgirot."""
        return (
            f"01{self.written_on:%Y%m%d}AUTOGIRO{'':44}"
            f"{self.customer_number:0>6}{self.bankgiro:0>10}"
        )


def write_payments(opening: Opening, payments: pl.DataFrame) -> bytes:
    """Return the file of debits and credits, in the order of the rows.

    Columns: direction (debit, credit), due_on (null = next possible day), payer_number,
    amount_minor, reference. Send references of exactly 16 characters (`reference_16`):
    reports pad shorter ones with zeros. Raises WrongOrder and names the row.
    """
    _refuse(
        payments,
        {
            "direction": pl.col("direction").is_in(list(CODES)),
            "payer_number": _is_payer_number(),
            "amount_minor": pl.col("amount_minor").is_between(1, AMOUNT_MAX - 1),
            "reference": pl.col("reference").str.len_chars() <= REFERENCE_LENGTH,
        },
    )
    due = compact_day(pl.col("due_on")).fill_null(AT_ONCE)
    line = pl.concat_str(
        pl.col("direction").replace_strict(CODES, return_dtype=pl.String),
        padded(due, 8),
        # Period 0, once: the schedule is ours and not Bankgirot's.
        pl.lit("0    "),
        zeros(pl.col("payer_number"), 16),
        zeros(pl.col("amount_minor"), 12),
        pl.lit(f"{opening.bankgiro:0>10}"),
        padded(pl.col("reference"), REFERENCE_LENGTH),
    )
    return written([opening.line(), *payments.select(line=line)["line"].to_list()])


def write_mandates(opening: Opening, mandates: pl.DataFrame) -> bytes:
    """Return the file of new, cancelled and refused mandates, in the order of the rows.

    Columns: action (new, cancel, refuse: the answer to a mandate by internet bank),
    payer_number, account (clearing 4 + account 12, or null for a mandate on the payer's
    Bankgiro number), identity (YYYYMMDDNNNN, or 00 + organisation number, or null).
    Raises WrongOrder and names the row.
    """
    either = pl.col("account").is_null() == pl.col("identity").is_null()
    _refuse(
        mandates,
        {
            "action": pl.col("action").is_in(ACTIONS),
            "payer_number": _is_payer_number(),
            "account": pl.col("account").str.contains(ACCOUNT).fill_null(value=True),
            "identity": pl.col("identity").str.contains(IDENTITY).fill_null(value=True)
            & (either | (pl.col("action") == "cancel")),
        },
    )
    cancel = pl.col("action") == "cancel"
    head = pl.concat_str(
        pl.when(cancel).then(pl.lit("03")).otherwise(pl.lit("04")),
        pl.lit(f"{opening.bankgiro:0>10}"),
        zeros(pl.col("payer_number"), 16),
    )
    refused = pl.when(pl.col("action") == "refuse").then(pl.lit("AV"))
    tail = pl.concat_str(
        padded(pl.col("account"), 16),
        padded(pl.col("identity"), 12),
        pl.lit(" " * 20),
        padded(refused, 2),
    )
    line = pl.concat_str(head, pl.when(cancel).then(pl.lit("")).otherwise(tail))
    return written([opening.line(), *mandates.select(line=line)["line"].to_list()])


def reference_16(reference: pl.Expr) -> pl.Expr:
    """Return the reference with zeros before it, as reports would fill it anyway."""
    return reference.str.zfill(REFERENCE_LENGTH)


def read_payments(data: bytes) -> pl.DataFrame:
    """Return the payment orders of a file to Bankgirot, as `write_payments` takes them.

    Besides: line and bankgiro. A due day of GENAST is null.
    """
    lines = records(data).filter(field(1, 2).is_in(list(CODES.values())))
    directions = {code: name for name, code in CODES.items()}
    rows = lines.select(
        "line",
        direction=field(1, 2).replace_strict(directions, return_dtype=pl.String),
        due_on=day(3),
        payer_number=bare(16, 31),
        amount_minor=number(32, 43),
        bankgiro=bare(44, 53),
        reference=text(54, 69),
        due=text(3, 10),
    )
    dated = pl.col("due_on").is_not_null() | (pl.col("due") == AT_ONCE)
    _refuse(rows, {"due_on": dated, "amount_minor": pl.col("amount_minor") > 0})
    return rows.drop("due")


def read_mandates(data: bytes) -> pl.DataFrame:
    """Return the mandates of a file to Bankgirot, as `write_mandates` takes them.

    Besides: line and bankgiro.
    """
    lines = records(data).filter(field(1, 2).is_in(("03", "04")))
    refused = field(77, 78) == "AV"
    action = (
        pl.when(field(1, 2) == "03")
        .then(pl.lit("cancel"))
        .when(refused)
        .then(pl.lit("refuse"))
        .otherwise(pl.lit("new"))
    )
    return lines.select(
        "line",
        action=action,
        payer_number=bare(13, 28),
        account=text(29, 44),
        identity=text(45, 56),
        bankgiro=bare(3, 12),
    )


def _is_payer_number() -> pl.Expr:
    """Return whether it has at most 16 digits; zeros alone mean none in the reports."""
    digits = pl.col("payer_number")
    return digits.str.contains(PAYER_NUMBER) & digits.str.contains("[1-9]")


def _refuse(rows: pl.DataFrame, rules: dict[str, pl.Expr]) -> None:
    """Raise WrongOrder about the first row and field that break their rule."""
    for name, rule in rules.items():
        broken = rows.with_row_index("row", offset=1).filter(
            ~rule.fill_null(value=False)
        )
        if broken.height:
            row, value = broken["row"][0], broken[name][0]
            raise WrongOrder(
                f"row {row}: {name} {value!r} cannot be written in an Autogiro order; "
                "correct it, or leave the row out",
                field=name,
            )
