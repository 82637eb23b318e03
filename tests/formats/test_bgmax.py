import pytest

from billing.formats import bgmax
from billing.formats.bgmax import NotBgMax

WORKED = "worked/bgmax_worked.txt"


def test_the_worked_file_makes_its_deposit(sample):
    report = bgmax.read(sample(WORKED))
    rows = report.payments.to_dicts()
    assert [row["amount_minor"] for row in rows] == [49900, 10000, -9900]
    assert [row["kind"] for row in rows] == ["payment", "payment", "deduction"]
    assert rows[0]["payer_name"] == "ÅSA ÖBERG"
    assert rows[0]["payer_organisation"] == "5560160680"
    assert [r["text"] for r in rows[1]["references"]][:2] == ["1234673", "1234772"]
    assert report.findings.is_empty()
    assert report.statements["ties"].to_list() == [True]


def test_every_sample_is_read_with_its_totals_proven(every_sample):
    for name, data in every_sample("samples/bgmax/*", WORKED).items():
        report = bgmax.read(data)
        assert not report.payments["held"].any(), name
        key = report.payments.select("alias", "group", "bank_reference", "ordinal")
        assert key.is_unique().all(), name


def test_a_genuine_file_shares_a_payment_out_by_its_sub_amounts(sample):
    report = bgmax.read(sample("samples/bgmax/BgMaxfil4__zimpler.txt"))
    shared = report.payments["references"][6].to_list()
    assert sum(r["amount_minor"] for r in shared) == 140000
    assert [r["amount_minor"] for r in shared] == [100000, 50000, -50000, 40000]
    assert set(report.payments["currency"]) == {"SEK", "EUR"}
    assert report.findings.is_empty()


def test_destroyed_letters_and_a_wrong_trailer_are_reported(sample):
    report = bgmax.read(sample("samples/bgmax/BgMaxfil4_broken.txt"))
    text = " ".join(report.findings["message"])
    assert "damaged" in text
    assert "counts 8 records 20, 9 are there" in text
    assert "counts 5 records 15, 4 are there" in text


def test_kivras_letters_in_a_checked_reference_are_taken_as_they_are(sample):
    report = bgmax.read(sample("samples/bgmax/kivra_ExampleCompany_20250918.txt"))
    assert report.payments["references"][0][0]["text"] == "reference0"
    assert report.payments["account"].null_count() == 10


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.decode("latin-1").encode(),
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"\r\n", b""),
        lambda data: b"\r\n".join(line.rstrip() for line in data.splitlines()),
        lambda data: data.rstrip(),
        lambda data: data.replace(b"\r\n", b"\r\n\r\n"),
    ],
)
def test_line_ends_padding_and_encoding_do_not_matter(sample, change):
    data = sample(WORKED)
    kept = bgmax.read(data).payments.drop("line", "path")
    assert bgmax.read(change(data)).payments.drop("line", "path").equals(kept)


def test_a_deposit_that_is_not_its_sum_is_held_and_the_rest_goes_on(sample):
    data = sample("samples/bgmax/BgMaxfil4__zimpler.txt")
    wrong = data.replace(b"000000000000190000210000000000190", b"0" * 33, 1)
    report = bgmax.read(wrong)
    held = report.payments.filter("held")
    assert held["group"].n_unique() == 1
    assert report.payments.height == 9
    assert "error" in report.findings["severity"].to_list()


def test_an_impossible_day_holds_its_deposit(sample):
    report = bgmax.read(sample(WORKED).replace(b"2026041300042", b"1010032400042"))
    assert report.payments["held"].all()


def test_an_amount_with_letters_is_set_aside_and_holds_its_deposit(sample):
    data = sample(WORKED).replace(b"0000001000031", b"0000001X00031")
    report = bgmax.read(data)
    assert report.payments.height == 2
    assert report.payments["held"].all()
    assert report.findings.filter(severity="error")["line"].to_list() == [2, 8]


def test_unknown_records_are_counted_and_do_no_harm(sample):
    lines = sample(WORKED).splitlines(keepends=True)
    data = b"".join([*lines[:3], b"77 something new\r\n", *lines[3:]])
    report = bgmax.read(data)
    assert report.payments.height == 3
    assert "1 records of the kind 77" in report.findings["message"][0]


@pytest.mark.parametrize("data", [b"", b"hello", b"01AUTOGIRO"])
def test_other_files_are_refused(data):
    with pytest.raises(NotBgMax):
        bgmax.read(data)
