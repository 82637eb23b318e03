from datetime import date, datetime

import polars as pl
import pytest

from billing.formats import autogiro, autogiro_orders, autogiro_reports
from billing.formats.autogiro import NotAutogiro
from billing.formats.autogiro_orders import Opening, WrongOrder
from billing.formats.autogiro_reports import ReportHeader

OPENING = Opening(date(2026, 4, 13), customer_number="471117", bankgiro="54029681")
HEADER = ReportHeader(
    created_at=datetime(2026, 4, 30, 19, 30, 55, 123456),  # noqa: DTZ001 - the bank's wall clock
    customer_number="471117",
    bankgiro="54029681",
    account="5000000001234567",
)
KINDS = {
    "autogiro_mandate_advice_from_bgc.txt": ("mandate_advice", "new"),
    "autogiro_old_mandate_advice_from_bgc.txt": ("mandate_advice", "old"),
    "autogiro_payment_spec_from_bgc.txt": ("payment_specification", "new"),
    "autogiro_old_payment_spec_from_bgc.txt": ("payment_specification", "old"),
    "autogiro_rejected_from_bgc.txt": ("rejected", "new"),
    "autogiro_old_rejected_from_bgc.txt": ("rejected", "old"),
    "autogiro_emandates_from_bgc.txt": ("electronic_mandates", "both"),
    "autogiro_changes_from_bgc.txt": ("changes", "new"),
    "autogiro_old_changes_from_bgc.txt": ("changes", "old"),
    "autogiro_monitoring_register_from_bgc.txt": ("monitoring_register", "both"),
    "autogiro_payments_to_bgc.txt": ("orders", "both"),
    "autogiro_mandates_to_bgc.txt": ("orders", "both"),
    "autogiro_payments_sealed.txt": ("sealed_orders", "both"),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_report_is_recognised_in_its_layout(sample, name):
    assert autogiro.recognise(sample(f"worked/{name}")) == KINDS[name]


def test_reports_that_are_not_read_are_refused_by_name(sample):
    with pytest.raises(NotAutogiro, match="changes"):
        autogiro.read(sample("worked/autogiro_changes_from_bgc.txt"))
    with pytest.raises(NotAutogiro, match="does not begin"):
        autogiro.read(b"customer;amount")


def test_executed_rows_are_payments_and_stopped_rows_are_not(sample):
    report = autogiro.read(sample("worked/autogiro_payment_spec_from_bgc.txt"))
    assert report.records["outcome"].to_list() == [
        "executed",
        "executed",
        "insufficient_funds",
        "no_account",
        "will_be_retried",
        "executed",
        "executed",
    ]
    assert report.payments["amount_minor"].to_list() == [29900, 9900, -5000, -29900]
    assert report.payments["kind"].to_list() == [
        "payment",
        "payment",
        "refund",
        "chargeback",
    ]
    assert report.deposits["amount_minor"].to_list() == [39800, 5000, 29900]
    assert report.findings.is_empty()


def test_cash_of_the_old_layout_is_the_rows_with_blank_status(sample):
    report = autogiro.read(sample("worked/autogiro_old_payment_spec_from_bgc.txt"))
    assert report.payments["amount_minor"].to_list() == [29900, 9900, -5000]
    assert report.deposits["said_debits"].to_list() == [129500]
    assert report.findings.is_empty()


def test_a_deposit_that_is_not_its_sum_is_held(sample):
    data = sample("worked/autogiro_payment_spec_from_bgc.txt")
    report = autogiro.read(data.replace(b"000000009900", b"000000009901"))
    assert report.payments["held"].to_list() == [True, True, False, False]
    assert report.findings["severity"].to_list() == ["error"]


def test_a_row_that_is_no_number_is_set_aside_and_its_deposit_held(sample):
    data = sample("worked/autogiro_payment_spec_from_bgc.txt")
    report = autogiro.read(data.replace(b"000000009900", b"00000000990X"))
    assert report.records.height == 6
    assert report.findings["line"].to_list()[:2] == [2, 4]


def test_a_file_that_was_cut_off_is_an_error(sample):
    data = sample("worked/autogiro_payment_spec_from_bgc.txt")
    report = autogiro.read(b"".join(data.splitlines(keepends=True)[:-1]))
    assert "cut off" in report.findings["message"][0]


def test_heading_lines_above_the_first_record_are_skipped(sample):
    data = sample("worked/autogiro_payment_spec_from_bgc.txt")
    report = autogiro.read(b"Betalningsspecifikation\r\n\r\n" + data)
    assert report.records["line"][0] == 5


def test_a_mandate_advice_says_what_became_of_each_mandate(sample):
    new = autogiro.read(sample("worked/autogiro_mandate_advice_from_bgc.txt"))
    old = autogiro.read(sample("worked/autogiro_old_mandate_advice_from_bgc.txt"))
    assert new.records["outcome"].to_list() == ["approved", "cancelled"]
    assert old.records["outcome"].to_list() == ["approved", "approved", "cancelled"]
    assert old.records["debit_from"][0] == date(2026, 4, 20)
    assert old.records["account"][1] is None
    assert new.findings.is_empty()
    assert old.findings.is_empty()


def test_rejected_payments_say_why(sample):
    report = autogiro.read(sample("worked/autogiro_rejected_from_bgc.txt"))
    assert report.records["comment"].to_list() == ["01", "02", "09"]
    assert report.records["outcome_text"][2] == "credits are not allowed"
    assert report.records["bankgiro"][0] == "54029681"
    assert report.findings.is_empty()


def test_a_mandate_by_internet_bank_keeps_what_the_payer_wrote(sample):
    report = autogiro.read(sample("worked/autogiro_emandates_from_bgc.txt"))
    row = report.records.row(0, named=True)
    assert row["texts"] == ["JAG ÖNSKAR BETALA MÅNADSVIS"]
    assert row["names"] == ["ANDERS JOHANSSON", "C/O ANNA NILSSON"]
    assert (row["postcode"], row["town"]) == ("12838", "SKARPNÄCK")
    assert report.findings.is_empty()


def test_payment_orders_are_written_as_the_worked_file(sample):
    worked = sample("worked/autogiro_payments_to_bgc.txt").splitlines(keepends=True)
    once = b"".join(line for line in worked if b"LOAN6" not in line)
    orders = autogiro_orders.read_payments(once)
    assert orders["due_on"].null_count() == 1
    assert autogiro_orders.write_payments(OPENING, orders) == once


def test_mandate_orders_are_written_as_the_worked_file(sample):
    worked = sample("worked/autogiro_mandates_to_bgc.txt").splitlines(keepends=True)
    ours = b"".join(line for line in worked if line[:2] != b"05")
    mandates = autogiro_orders.read_mandates(ours)
    assert mandates["action"].to_list() == ["new", "new", "refuse", "cancel"]
    assert autogiro_orders.write_mandates(OPENING, mandates) == ours


ORDER = {
    "direction": "debit",
    "due_on": date(2026, 4, 30),
    "payer_number": "1001",
    "amount_minor": 29900,
    "reference": "INV2026000000001",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("direction", "sideways"),
        ("payer_number", "12345678901234567"),
        ("payer_number", None),
        ("payer_number", "000"),
        ("amount_minor", 0),
        ("amount_minor", 10**12),
        ("reference", "x" * 17),
    ],
)
def test_an_order_that_does_not_fit_is_refused_by_row_and_field(field, value):
    frame = pl.DataFrame([ORDER, ORDER | {field: value}])
    with pytest.raises(WrongOrder, match="row 2") as refusal:
        autogiro_orders.write_payments(OPENING, frame)
    assert refusal.value.field == field


def test_a_mandate_has_account_and_identity_or_neither():
    row = {"action": "new", "payer_number": "1", "account": "5" * 16, "identity": None}
    schema = dict.fromkeys(row, pl.String)
    with pytest.raises(WrongOrder, match="identity"):
        autogiro_orders.write_mandates(OPENING, pl.DataFrame([row], schema=schema))


def test_the_banks_payment_specification_is_read_back(sample):
    rows = pl.DataFrame(
        [
            ("debit", "1001", 29900, "INV20260001", "executed", None),
            ("debit", "1007", 9900, "INV20260002", "executed", None),
            ("debit", "1008", 29900, "INV20260003", "insufficient_funds", None),
            ("debit", "1009", 29900, "INV20260004", "no_account", None),
            ("debit", "1010", 29900, "INV20260005", "will_be_retried", None),
            ("credit", "1001", 5000, "REFUND0001", "executed", None),
            ("refund", "1001", 29900, "INV20260000", "executed", "02"),
        ],
        schema=[
            "direction",
            "payer_number",
            "amount_minor",
            "reference",
            "outcome",
            "refund_reason",
        ],
        orient="row",
    ).with_columns(
        paid_on=date(2026, 4, 30),
        due_on=pl.when(direction="refund")
        .then(date(2026, 3, 31))
        .otherwise(date(2026, 4, 30)),
    )
    data = autogiro_reports.write_payment_specification(HEADER, rows)
    assert autogiro.read(data).findings.is_empty()
    worked = sample("worked/autogiro_payment_spec_from_bgc.txt")
    assert data[82:] == worked[82:]


def test_the_banks_mandate_advice_is_read_back(sample):
    worked = sample("worked/autogiro_mandate_advice_from_bgc.txt")
    rows = autogiro.read(worked).records
    header = ReportHeader(datetime(2026, 4, 14), "471117", "54029681")  # noqa: DTZ001 - the bank's wall clock
    assert autogiro_reports.write_mandate_advice(header, rows) == worked


def test_the_banks_rejected_payments_are_read_back(sample):
    worked = sample("worked/autogiro_rejected_from_bgc.txt")
    rows = autogiro.read(worked).records
    header = ReportHeader(datetime(2026, 4, 13), "471117", "54029681")  # noqa: DTZ001 - the bank's wall clock
    assert autogiro_reports.write_rejected(header, rows) == worked


def test_sums_of_a_large_report_do_not_overflow():
    rows = pl.DataFrame(
        {
            "payer_number": [str(n) for n in range(1, 1001)],
            "amount_minor": [9_999_999] * 1000,
        },
        schema={"payer_number": pl.String, "amount_minor": pl.Int32},
    ).with_columns(
        direction=pl.lit("debit"),
        due_on=date(2026, 4, 30),
        paid_on=date(2026, 4, 30),
        reference=pl.lit("R"),
        outcome=pl.lit("executed"),
    )
    report = autogiro.read(autogiro_reports.write_payment_specification(HEADER, rows))
    assert report.deposits["amount_minor"].to_list() == [9_999_999_000]
    assert report.findings.is_empty()
