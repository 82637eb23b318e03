"""An Autogiro report is what Bankgirot answers about mandates and direct debits.

Layouts: Bankgirot, Autogiro technical manual; 80 characters, new and old layout.
Files to Bankgirot are autogiro_orders, the bank's side of the demo autogiro_reports.

>>> data = b'''01AUTOGIRO              20260414            AG-MEDAVI           \
4711170054029681
... 7300540296810000000000001005                                 033320260414
... 092026041499000000001'''
>>> report = read(data)
>>> report.report, report.layout, report.records["outcome"].to_list()
('mandate_advice', 'new', ['cancelled'])
"""

import re

import polars as pl

from billing.formats import autogiro_mandates, autogiro_payments, fixed_width
from billing.formats.autogiro_records import AutogiroReport, NotAutogiro

__all__ = ["AutogiroReport", "NotAutogiro", "read", "recognise"]

HEADING_LINES_MAX = 50
# What the first record looks like, and which report in which layout it opens.
OPENINGS = (
    (r"01AUTOGIRO {14}.{20}BET\. SPEC & STOPP TK", "payment_specification", "new"),
    (r"01AUTOGIRO {14}.{20}AG-MEDAVI", "mandate_advice", "new"),
    (r"01AUTOGIRO {14}.{20}AVVISADE BET UPPDR", "rejected", "new"),
    (r"01AUTOGIRO {14}.{20}MAKULERING/.NDRING", "changes", "new"),
    (r"01[0-9]{8}AUTOGIRO9900FELLISTA REG\.KONTRL", "rejected", "old"),
    (r"01[0-9]{8}AUTOGIRO9900MAK/.NDRINGSLISTA", "changes", "old"),
    (r"01[0-9]{8}AUTOGIRO9900BEVAKNINGSREG", "monitoring_register", "both"),
    (r"01[0-9]{8}AUTOGIRO9900 {40}", "payment_specification", "old"),
    (r"01[0-9]{8}9900[0-9]{10}AG-MEDAVI", "mandate_advice", "old"),
    (r"51[0-9]{8}9900[0-9]{10}AG-EMEDGIV", "electronic_mandates", "both"),
    (r"01[0-9]{8}AUTOGIRO {44}", "orders", "both"),
    (r"00[0-9]{6}HMAC", "sealed_orders", "both"),
)
READERS = {
    "payment_specification": autogiro_payments.specification,
    "rejected": autogiro_payments.rejected,
    "mandate_advice": autogiro_mandates.advice,
    "electronic_mandates": autogiro_mandates.electronic,
}
# Published examples have heading lines above the first record.
FIRST_RECORD = re.compile(r"^(00|01|51)[0-9A]")


def recognise(data: bytes) -> tuple[str, str] | None:
    """Return report and layout of an Autogiro file, or None when it is none."""
    for line in _first_lines(data):
        for pattern, report, layout in OPENINGS:
            if re.match(pattern, line):
                return report, layout
    return None


def read(data: bytes) -> AutogiroReport:
    """Return the records and findings of a report from Bankgirot.

    Raises NotAutogiro for anything else, and for the reports that are not read yet.
    """
    found = recognise(data)
    if found is None:
        raise NotAutogiro(
            "the file does not begin as an Autogiro report does; "
            "send the file as Bankgirot delivered it"
        )
    report, layout = found
    if report not in READERS:
        raise NotAutogiro(
            f"the Autogiro file is of the kind {report}, which is not read; "
            "read payment specifications, mandate advice, rejected payments and "
            "electronic mandates"
        )
    return READERS[report](_from_first_record(fixed_width.records(data)), layout)


def _first_lines(data: bytes) -> list[str]:
    head = fixed_width.records(data[: HEADING_LINES_MAX * 100])
    return head["text"].head(HEADING_LINES_MAX).to_list()


def _from_first_record(records: pl.DataFrame) -> pl.DataFrame:
    opens = pl.col("text").str.contains("^(?:01|51)[0-9A]")
    return records.filter(opens.cast(pl.Int64).cum_sum() > 0)
