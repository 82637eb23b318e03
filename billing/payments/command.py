"""The commands of incoming payments.

Recorded once, settled, returned, decided by people.
"""

from dataclasses import dataclass

import polars as pl

PAYMENTS = pl.Schema(
    {
        "legal_entity": pl.String,
        "account": pl.String,
        "bank_reference": pl.String,
        "ordinal": pl.Int64,
        "method": pl.String,
        "booked_on": pl.Date,
        "amount_minor": pl.Int64,
        "currency": pl.String,
        "reference": pl.String,
        "payer_name": pl.String,
        "payer_account": pl.String,
        "position": pl.String,
    }
)

DECISIONS = ("settle", "credit", "park")


@dataclass(frozen=True, slots=True, eq=False)
class RecordPayments:
    """Command: record payments once by account, bank reference and ordinal.

    Match them.
    """

    payments: pl.DataFrame
    file_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnPayment:
    """Command: the bank took a payment back; what it had settled is open again."""

    payment_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SettleDeviation:
    """Command: a person decides what to do with the rest of a payment.

    settle: the shares name items and amounts; credit: it stands to the customer's
    credit; park: it waits, with a note.
    """

    deviation_id: str
    decision: str
    shares: tuple[tuple[str, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SettleCredits:
    """Command: use what customers have to their credit on what they owe.

    Oldest first.
    """

    legal_entity: str
