"""A reading is what a file of any known format says, as plain values for JSON.

>>> reading = read(b'''01BGMAX               0120260413153000000000P
... 050054029681          SEK
... 200002973675                  1234574000000000000049900211234567890120
... 15000000000000000000050000000012345672026041300042000000000000049900SEK00000001
... 7000000001000000000000000000000001''')
>>> payment = reading["payments"][0]
>>> reading["format"], payment["amount"], payment["currency"], payment["reference"]
('bgmax', '499.00', 'SEK', '1234574')
>>> reading["totals"]
[{'currency': 'SEK', 'status': 'booked', 'payments': 1, 'amount': '499.00'}]
"""

from datetime import date
from typing import Any

import polars as pl

from billing import money
from billing.errors import Invalid
from billing.formats import autogiro, bgmax, camt, detect
from billing.formats.autogiro_records import AutogiroReport
from billing.formats.incoming import BankReport


class UnknownFormat(Invalid):
    """The file is of no format that is read here."""


def report(data: bytes) -> BankReport | AutogiroReport:
    """Return the report of a file of any known format; raises UnknownFormat."""
    name = detect.recognise(data)
    if name is None:
        raise UnknownFormat(
            "the file is of no known format; known are camt.052, camt.053, camt.054, "
            "BgMax and Autogiro's reports"
        )
    if name.startswith("camt."):
        return camt.read(data)
    return bgmax.read(data) if name == "bgmax" else autogiro.read(data)


def read(data: bytes) -> dict[str, Any]:
    """Return format, payments, totals, records and findings of a file of any format.

    Amounts are decimal strings in major units, days ISO dates. `records` holds the rows
    of an Autogiro report. Raises UnknownFormat, or the Invalid of the reader.
    """
    found = report(data)
    records = found.records if isinstance(found, AutogiroReport) else pl.DataFrame()
    return {
        "format": found.format,
        "payments": [_payment(row) for row in found.payments.iter_rows(named=True)],
        "totals": _totals(found.payments),
        "records": [_plain(row) for row in records.iter_rows(named=True)],
        "findings": [_plain(row) for row in found.findings.iter_rows(named=True)],
    }


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    references = [
        {"text": item["text"], "kind": item["kind"]}
        | _amount(item["amount_minor"], currency)
        for item in row["references"]
    ]
    first = references[0]["text"] if references else None
    rest = {
        name: value
        for name, value in row.items()
        if name not in {"amount_minor", "references"}
    }
    return (
        _amount(row["amount_minor"], currency)
        | {"reference": first, "references": references}
        | _plain(rest)
    )


def _amount(minor: int | None, currency: str) -> dict[str, str]:
    return {} if minor is None else {"amount": money.to_text(minor, currency)}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with days as text, and amounts in minor units as they are."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
    }


def _totals(payments: pl.DataFrame) -> list[dict[str, Any]]:
    sums = payments.group_by("currency", "status", maintain_order=True).agg(
        pl.len().alias("payments"), pl.col("amount_minor").sum()
    )
    return [
        {
            "currency": row["currency"],
            "status": row["status"],
            "payments": row["payments"],
        }
        | _amount(row["amount_minor"], row["currency"])
        for row in sums.iter_rows(named=True)
    ]
