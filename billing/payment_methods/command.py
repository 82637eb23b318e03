"""The commands of payment methods.

Mandates recorded, collections ordered and answered.
"""

from dataclasses import dataclass

import polars as pl

MANDATES = pl.Schema(
    {
        "mandate_id": pl.String,
        "customer_id": pl.String,
        "scheme": pl.String,
        "payer_number": pl.String,
        "bank_account": pl.String,
        "event": pl.String,
        "reason": pl.String,
        "effective_on": pl.Date,
    }
)
RESULTS = pl.Schema(
    {
        "order_id": pl.String,
        "result": pl.String,
        "reason": pl.String,
        "booked_on": pl.Date,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class RecordMandates:
    """Command: record what happened to mandates; columns of `MANDATES`.

    A mandate without an id is named after scheme and payer number.
    """

    mandates: pl.DataFrame


@dataclass(frozen=True, slots=True)
class OrderCollection:
    """Command: order the collection of what is payable by active mandates.

    Once each.
    """

    legal_entity: str


@dataclass(frozen=True, slots=True, eq=False)
class RecordCollectionResults:
    """Command: record what the bank says of orders; columns of `RESULTS`.

    A paid order becomes a payment of its invoice; a refused one leaves it open.
    """

    results: pl.DataFrame
    file_sha256: str | None = None
