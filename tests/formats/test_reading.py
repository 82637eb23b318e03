import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.formats import detect, reading
from billing.formats.reading import UnknownFormat

COVERED = (
    "worked/camt*.xml",
    "worked/bgmax*.txt",
    "worked/autogiro*from_bgc.txt",
    "samples/camt/*/*.xml",
    "samples/bgmax/*.txt",
)
NOT_READ = ("changes", "register", "wrong")


def test_every_covered_sample_becomes_json(every_sample):
    read = 0
    for name, data in every_sample(*COVERED).items():
        if any(word in name for word in NOT_READ):
            with pytest.raises(Invalid):
                reading.read(data)
            continue
        answer = reading.read(data)
        assert json.loads(json.dumps(answer)) == answer, name
        assert answer["payments"] or answer["records"], name
        read += 1
    print(f"{read} sample files of banks read")


def test_amounts_are_decimal_text_in_major_units(sample):
    answer = reading.read(sample("worked/camt.054.001.08.xml"))
    assert answer["format"] == "camt.054"
    assert [row["amount"] for row in answer["payments"]] == ["499.00", "798.00"]
    assert answer["payments"][0]["reference"] == "1234574"
    assert answer["payments"][0]["booked_on"] == "2026-04-13"
    assert answer["totals"][0]["amount"] == "1297.00"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", None),
        (b"a;b;c\n1;2;3", None),
        (b"<html><body/></html>", None),
        (b"<broken", None),
        ("\ufeff<Document><BkToCstmrStmt>".encode(), "camt.053"),
        ("<Document><BkToCstmrAcctRptV01>".encode("utf-16"), "camt.052"),
        (b"01BGMAX", "bgmax"),
    ],
)
def test_a_format_is_recognised_by_its_beginning(data, name):
    assert detect.recognise(data) == name


def test_an_unknown_file_is_refused_with_what_is_known():
    with pytest.raises(UnknownFormat, match=r"camt\.054"):
        reading.read(b"%PDF-1.7")


@pytest.fixture(scope="module")
def originals():
    data = Path(__file__).resolve().parents[2] / "../shared/data/payments"
    names = [path for pattern in COVERED for path in sorted(data.glob(pattern))]
    if not names:
        pytest.skip("no samples: ../shared/data is not beside the checkout")
    return [path.read_bytes() for path in names if path.stat().st_size < 8000]


@settings(
    max_examples=250,
    deadline=10_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_never_crashes(originals, data):
    damaged = bytearray(data.draw(st.sampled_from(originals)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(len(damaged) - 1, 0)))
        kind = data.draw(st.sampled_from(["replace", "cut", "insert", "repeat"]))
        if kind == "replace" and damaged:
            damaged[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del damaged[at : at + data.draw(st.integers(1, 200))]
        elif kind == "insert":
            damaged[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            damaged[at:at] = damaged[at : at + data.draw(st.integers(1, 300))]
    # Whatever is no refusal in words would fail the test here.
    with contextlib.suppress(Invalid):
        json.dumps(reading.read(bytes(damaged)))


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=10_000)
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(Invalid):
        json.dumps(reading.read(data))
