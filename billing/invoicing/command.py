"""The commands of billing: a run is previewed, approved, carried out as previewed."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class BillDay:
    """Command of the daily job: one run, carried out where approval is by rule."""

    legal_entity: str


@dataclass(frozen=True, slots=True)
class PreviewRun:
    """Command: find what a run would issue today, and record its fingerprint."""

    legal_entity: str


@dataclass(frozen=True, slots=True)
class ApproveRun:
    """Command: another person than the one who previewed approves what was seen."""

    run_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CarryOutRun:
    """Command: issue what was approved; refused when it is no longer the same."""

    run_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class RecordUsage:
    """Command: record usage.

    Columns: subscription_id, metric, quantity, used_on, event_id.
    """

    usage: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ChargeOnce:
    """Command: a single charge, or a credit below zero, on the next invoice."""

    customer_id: str
    product_id: str
    amount_minor: int
    text: str
    legal_entity: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CreditInvoice:
    """Command: a credit note by hand, against the lines of one invoice.

    `shares` are pairs of a line's number and an amount above zero, before tax where the
    line's price is; None takes back all that the lines have left.
    """

    invoice_id: str
    reason: str
    shares: tuple[tuple[int, int], ...] | None = None
