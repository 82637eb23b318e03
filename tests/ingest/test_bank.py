"""Of a bank's file the booked credits become payments; all else becomes a finding."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from billing.errors import No
from billing.formats.camt import NotificationHeader, write_camt054
from ingest.bank import autogiro, bgmax, camt

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/payments"


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the sample {name} is not here; it lies outside the repository")
    return path.read_bytes()


def notification(**columns: list[object]) -> bytes:
    height = len(columns["amount_minor"])
    frame = pl.DataFrame(
        {
            "ocr": ["1234574"] * height,
            "free_text": [None] * height,
            "payer_name": ["Åsa Öberg"] * height,
            "bank_reference": [f"B{n}" for n in range(height)],
            "booked_on": [date(2026, 4, 13)] * height,
            "alias": ["9912346"] * height,
        }
        | columns,
        schema_overrides=dict.fromkeys(
            ("ocr", "free_text", "bank_reference"), pl.String
        ),
    )
    at = datetime(2026, 4, 13, 20, 0, tzinfo=UTC)
    header = NotificationHeader("M1", at, "SE3550000000054910000003", "ESSESESS")
    return write_camt054(header, frame)


def test_each_credit_of_a_notification_is_a_payment() -> None:
    file = camt.read(notification(amount_minor=[29900, 14900]))
    assert file.payments.select("account", "amount_minor", "reference").rows() == [
        ("9912346", 29900, "1234574"),
        ("9912346", 14900, "1234574"),
    ]
    assert file.payments["bank_reference"].n_unique() == 2
    assert file.findings.is_empty()


def test_two_credits_alike_in_everything_are_two_payments() -> None:
    data = notification(amount_minor=[29900, 29900], bank_reference=[None, None])
    rows = camt.read(data).payments
    assert rows.select("bank_reference", "ordinal").n_unique() == 2


def test_a_free_text_is_kept_as_the_reference() -> None:
    file = camt.read(
        notification(amount_minor=[100], ocr=[None], free_text=["Faktura NB-1 tack"])
    )
    assert file.payments["reference"].to_list() == ["Faktura NB-1 tack"]


def test_a_broken_notification_is_refused_whole() -> None:
    data = notification(amount_minor=[29900])
    with pytest.raises(No):
        camt.read(data[: len(data) // 2])


@pytest.mark.parametrize(
    "name",
    [
        "worked/camt.054.001.02.xml",
        "worked/camt.054.001.08.xml",
        "worked/camt.053.001.02.xml",
        "worked/camt.053.001.08.xml",
    ],
)
def test_the_worked_camt_files_come_to_the_same_payments(name: str) -> None:
    file = camt.read(shared(name))
    assert sorted(file.payments["amount_minor"].to_list()) == [49900, 79800]


def test_the_worked_bgmax_file_has_its_deduction_as_a_finding() -> None:
    file = bgmax.read(shared("worked/bgmax_worked.txt"))
    assert file.payments["amount_minor"].to_list() == [49900, 10000]
    assert "credit note" in " ".join(file.findings["message"].to_list())


def test_money_of_every_sample_is_a_payment_or_a_finding() -> None:
    folder = SHARED / "samples/camt/genkgo"
    if not folder.exists():
        pytest.skip("the samples are not here; they lie outside the repository")
    from billing.formats import camt as codec

    read = 0
    for path in sorted(folder.glob("camt05[34]*.xml")):
        try:
            report = codec.read(path.read_bytes())
        except No:
            continue
        file = camt.read(path.read_bytes())
        left = report.payments.height - file.payments.height
        assert file.findings.height >= left, path.name
        read += 1
    assert read > 0


def test_a_mandate_advice_tells_what_happened_to_mandates() -> None:
    data = shared("worked/autogiro_mandate_advice_from_bgc.txt")
    rows = autogiro.mandate_events(data).rows
    assert rows.select("payer_number", "event").rows()[:2] == [
        ("1001", "active"),
        ("1005", "revoked"),
    ]


def test_a_payment_specification_answers_orders_once_it_is_final() -> None:
    answers = autogiro.answers(shared("worked/autogiro_payment_spec_from_bgc.txt"))
    found = dict(answers.rows.select("payer_number", "result").rows())
    assert found == {
        "1001": "paid",
        "1007": "paid",
        "1008": "refused",
        "1009": "refused",
    }
    said = " ".join(answers.findings["message"].to_list())
    assert "1010 is will_be_retried" in said


def test_rejected_payments_are_refused_orders() -> None:
    answers = autogiro.answers(shared("worked/autogiro_rejected_from_bgc.txt"))
    assert set(answers.rows["result"]) == {"refused"}
    assert "the mandate is missing" in answers.rows["reason"].to_list()


def test_answers_find_their_orders_by_reference_and_amount() -> None:
    answered = pl.DataFrame(
        {
            "line": [3, 4],
            "payer_number": ["1", "2"],
            "reference": ["0000NB-100001/A1", "0000NB-100002/A1"],
            "amount_minor": [29900, 100],
            "result": ["paid", "paid"],
            "reason": [None, None],
            "booked_on": [date(2026, 4, 13)] * 2,
        },
        schema_overrides={"reason": pl.String},
    )
    orders = pl.DataFrame(
        {"order_id": ["NB-100001/A1", "NB-100002/A1"], "amount_minor": [29900, 29900]}
    )
    rows, lost = autogiro.results(answered, orders)
    assert rows["order_id"].to_list() == ["NB-100001/A1"]
    assert lost["line"].to_list() == [4]
