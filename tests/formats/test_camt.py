import time
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.formats import camt
from billing.formats.camt import BrokenCamt
from billing.identifiers import ocr

HEAD = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{0}">'
    "<{1}><GrpHdr><MsgId>M</MsgId></GrpHdr>"
)
ENTRY = (
    '<Ntry><Amt Ccy="SEK">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{extra}'
    "<Sts>{status}</Sts><BookgDt><Dt>2026-04-13</Dt></BookgDt>"
    "<AcctSvcrRef>B1</AcctSvcrRef>{details}</Ntry>"
)


def message(*entries, head="", tail=""):
    return (
        HEAD.format("camt.054.001.08", "BkToCstmrDbtCdtNtfctn")
        + "<Ntfctn><Id>N</Id><CreDtTm>2026-04-13T18:00:00</CreDtTm>"
        + "<Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id></Acct>"
        + head
        + "".join(entries)
        + tail
        + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def entry(amount="100.00", details="", direction="CRDT", **more):
    values = {"status": "<Cd>BOOK</Cd>", "extra": ""} | more
    return ENTRY.format(amount=amount, details=details, direction=direction, **values)


def detail(amount=None, body="", direction=None, currency="SEK"):
    money = "" if amount is None else f'<Amt Ccy="{currency}">{amount}</Amt>'
    sign = "" if direction is None else f"<CdtDbtInd>{direction}</CdtDbtInd>"
    return f"<TxDtls>{money}{sign}{body}</TxDtls>"


def details(*rows, batch=""):
    return f"<NtryDtls>{batch}{''.join(rows)}</NtryDtls>"


def amounts(report):
    return report.payments["amount_minor"].to_list()


def severities(report):
    return report.findings["severity"].to_list()


@pytest.mark.parametrize("name", ["053.001.02", "053.001.08", "054.001.02"])
def test_every_version_of_the_worked_message_reads_alike(sample, name):
    report = camt.read(sample(f"worked/camt.{name}.xml"))
    modern = camt.read(sample("worked/camt.054.001.08.xml"))
    same = [c for c in report.payments.columns if c not in {"line", "path"}]
    assert report.payments.select(same).equals(modern.payments.select(same))
    assert amounts(report) == [49900, 79800]
    assert [r["amount_minor"] for r in report.payments["references"][1]] == [
        29900,
        49900,
    ]
    assert report.findings.is_empty()


def test_a_statement_ties_when_opening_and_booked_make_closing(sample):
    report = camt.read(sample("worked/camt.053.001.08.xml"))
    row = report.statements.row(0, named=True)
    assert (row["opening_minor"], row["closing_minor"]) == (100000, 229700)
    assert row["ties"]


def test_every_sample_is_read_or_refused_in_words(every_sample):
    for name, data in every_sample("samples/camt/*/*.xml").items():
        if "wrong" in name:
            with pytest.raises(BrokenCamt, match="no statement"):
                camt.read(data)
            continue
        report = camt.read(data)
        assert report.payments.height > 0, name
        assert report.format in name.replace("camt05", "camt.05") or "kivra" not in name


def test_the_kivra_report_makes_its_own_total(sample):
    name = "report_ExampleCompany_20250918_141548_Camt.054.001.02.xml"
    report = camt.read(sample(f"samples/camt/kivra/{name}"))
    assert sum(amounts(report)) == 71332599
    assert set(report.payments["alias"]) == {"3217254"}
    assert report.payments["payer_name"].null_count() == 10
    assert report.payments["references"][0][0]["text"] == "reference0"


def test_an_amount_of_zero_beside_the_entry_is_a_filler(sample):
    name = "business_sample_camt.054.001.04.xml"
    report = camt.read(sample(f"samples/camt/iso-business-samples/{name}"))
    assert amounts(report) == [10567850]
    assert report.payments["payer_name"].to_list() == ["MUELLER"]


def test_balances_in_two_currencies_are_not_checked(sample):
    report = camt.read(sample("samples/camt/genkgo/camt053.v2.minimal.xml"))
    assert report.statements["ties"].to_list() == [None]
    assert "different currencies" in " ".join(report.findings["message"])


def test_an_entry_without_details_is_one_payment():
    report = camt.read(message(entry("1.5"), entry("200000")))
    assert amounts(report) == [150, 20000000]
    assert report.payments["ordinal"].to_list() == [1, 2]


def test_details_that_do_not_make_the_entry_leave_it_whole():
    reference = "<RmtInf><Ustrd>faktura 1234574</Ustrd></RmtInf>"
    rows = details(detail("60.00", reference), detail("30.00"))
    report = camt.read(message(entry("100.00", rows)))
    assert amounts(report) == [10000]
    assert report.payments["kind"].to_list() == ["batch"]
    assert report.payments["references"].to_list() == [[]]
    assert severities(report) == ["warning"]
    assert "faktura 1234574" in report.findings["message"][0]


def test_a_detail_in_another_currency_takes_the_amount_of_its_only_entry():
    rows = details(detail("9.00", currency="EUR"))
    assert amounts(camt.read(message(entry("100.00", rows)))) == [10000]


def test_a_credit_note_in_a_deposit_is_a_deduction():
    rows = details(detail("120.00", direction="CRDT"), detail("20.00", "", "DBIT"))
    report = camt.read(message(entry("100.00", rows)))
    assert amounts(report) == [12000, -2000]
    assert report.payments["kind"].to_list() == ["payment", "deduction"]


def test_the_entry_wins_when_every_detail_has_the_other_direction():
    rows = details(detail("100.00", direction="DBIT"))
    report = camt.read(message(entry("100.00", rows)))
    assert amounts(report) == [10000]
    assert severities(report) == ["note"]


def test_a_batch_without_details_is_one_booked_sum():
    batch = "<Btch><NbOfTxs>3</NbOfTxs></Btch>"
    report = camt.read(message(entry("100.00", details(batch=batch))))
    assert report.payments["kind"].to_list() == ["batch"]


def test_a_reversal_is_no_payment():
    report = camt.read(message(entry(extra="<RvslInd>true</RvslInd>")))
    assert report.payments["kind"].to_list() == ["reversal"]


def test_debits_are_fees_chargebacks_or_withdrawals():
    code = "<BkTxCd><Domn><Fmly><Cd>{}</Cd><SubFmlyCd>{}</SubFmlyCd></Fmly></Domn>"
    rows = [
        entry(direction="DBIT", details=f"{code.format(*pair)}</BkTxCd>")
        for pair in (("MCOP", "CHRG"), ("IDDT", "UPDD"), ("ICDT", "DMCT"))
    ]
    report = camt.read(message(*rows))
    assert report.payments["kind"].to_list() == ["fee", "chargeback", "withdrawal"]
    assert amounts(report) == [-10000] * 3


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("BOOK", "booked"),
        ("<Cd>BOOK</Cd>", "booked"),
        ("<Prtry>PAID</Prtry>", "booked"),
        ("PDNG", "pending"),
        ("<Cd>INFO</Cd>", "pending"),
        ("<Cd>FUTR</Cd>", "pending"),
        ("<Prtry>SETL</Prtry>", "unknown"),
        ("", "unknown"),
    ],
)
def test_only_booked_money_is_booked(status, meaning):
    report = camt.read(message(entry(status=status)))
    assert report.payments["status"].to_list() == [meaning]


def test_an_unknown_status_is_kept_with_its_text():
    report = camt.read(message(entry(status="<Prtry>SETL</Prtry>")))
    assert report.payments["status_text"].to_list() == ["SETL"]
    assert "SETL" in report.findings["message"][0]


@pytest.mark.parametrize("amount", ["1,50", "1.5.0", "", "-5.00", "1.005", "x", "9e3"])
def test_an_amount_that_is_no_exact_number_is_an_error_on_its_line(amount):
    report = camt.read(message(entry(amount), entry("2.00")))
    assert amounts(report) == [200]
    assert severities(report)[0] == "error"
    assert report.findings["remedy"][0]


def test_an_entry_without_direction_is_an_error():
    report = camt.read(message(entry(direction="")))
    assert report.payments.is_empty()
    assert severities(report) == ["error"]


def test_references_come_structured_first_with_their_amounts():
    body = (
        "<RmtInf><Ustrd>hej</Ustrd><Strd><RfrdDocInf><Nb>F7</Nb></RfrdDocInf>"
        '<RfrdDocAmt><CdtNoteAmt Ccy="SEK">20.00</CdtNoteAmt></RfrdDocAmt></Strd>'
        '<Strd><RfrdDocAmt><RmtdAmt Ccy="SEK">120.00</RmtdAmt></RfrdDocAmt>'
        "<CdtrRefInf><Ref>RF332348236</Ref></CdtrRefInf></Strd></RmtInf>"
    )
    report = camt.read(message(entry("100.00", details(detail("100.00", body)))))
    found = [tuple(r.values()) for r in report.payments["references"][0]]
    assert found == [
        ("RF332348236", "rf", 12000),
        ("F7", "invoice", -2000),
        ("hej", "free", None),
    ]


def test_end_to_end_id_is_the_last_resort_and_notprovided_is_none():
    rows = details(
        detail("60.00", "<Refs><EndToEndId>INV-1</EndToEndId></Refs>"),
        detail("40.00", "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"),
    )
    report = camt.read(message(entry("100.00", rows)))
    first, second = report.payments["references"].to_list()
    assert first[0]["text"] == "INV-1"
    assert second == []


def test_twins_are_two_payments_told_apart_by_their_ordinal():
    twin = detail("50.00", "<Refs><AcctSvcrRef>7</AcctSvcrRef></Refs>")
    report = camt.read(message(entry("100.00", details(twin, twin))))
    key = report.payments.select("account", "group", "bank_reference", "ordinal")
    assert key.is_unique().all()
    assert report.payments["ordinal"].to_list() == [1, 2]


def test_the_summary_that_is_not_the_sum_holds_the_statement():
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>99.00</Sum>"
    summary += "</TtlNtries></TxsSummry>"
    report = camt.read(message(entry("100.00"), head=summary))
    assert report.payments["held"].to_list() == [True]
    assert severities(report) == ["error", "warning"]


def test_a_moment_is_booked_on_the_banks_own_day():
    moment = "<BookgDt><DtTm>2026-04-13T22:30:00Z</DtTm></BookgDt>"
    data = message(entry()).replace(
        b"<BookgDt><Dt>2026-04-13</Dt></BookgDt>", moment.encode()
    )
    assert camt.read(data).payments["booked_on"].to_list() == [date(2026, 4, 14)]


def test_a_missing_day_falls_back_on_the_statement_and_is_noted():
    data = message(entry()).replace(b"<BookgDt><Dt>2026-04-13</Dt></BookgDt>", b"")
    report = camt.read(data)
    assert report.payments["booked_on"].to_list() == [date(2026, 4, 13)]
    assert severities(report) == ["note"]


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "'
    + b"&a;" * 10
    + b'"><!ENTITY c "'
    + b"&b;" * 10
    + b'">]>'
)


def test_a_document_type_is_refused_and_nothing_is_expanded():
    plain = message(entry()).removeprefix(b'<?xml version="1.0"?>')
    with pytest.raises(BrokenCamt, match="document type"):
        camt.read(BOMB + plain.replace(b"<Id>N</Id>", b"<Id>&c;</Id>"))


def test_a_file_is_never_fetched():
    outside = b'<?xml version="1.0"?><!DOCTYPE d SYSTEM "file:///etc/hostname">'
    with pytest.raises(BrokenCamt):
        camt.read(outside + message(entry()).removeprefix(b'<?xml version="1.0"?>'))


@pytest.mark.parametrize(
    "data",
    [b"", b"<a", b"no xml", b"<Document/>", b"<x><y/></x>", message(entry())[:-30]],
)
def test_broken_messages_are_refused_with_a_remedy(data):
    with pytest.raises(BrokenCamt, match=";"):
        camt.read(data)


def test_deep_nesting_is_refused():
    with pytest.raises(BrokenCamt):
        camt.read(b"<Document>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Document>")


HEADER = camt.NotificationHeader(
    message_id="M1",
    created_at=datetime(2026, 4, 13, 18),  # noqa: DTZ001 - the bank's wall clock
    iban="SE3550000000054910000003",
    bic="ESSESESS",
)
TEXTS = st.one_of(st.none(), st.text(min_size=1, max_size=200))


def credits_frame(rows):
    schema = {
        "amount_minor": pl.Int64,
        "ocr": pl.String,
        "free_text": pl.String,
        "payer_name": pl.String,
        "bank_reference": pl.String,
        "booked_on": pl.Date,
        "alias": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**11),
            st.one_of(st.none(), st.sampled_from(["1234574", "12351"])),
            TEXTS,
            TEXTS,
            st.one_of(st.none(), st.sampled_from(["A1", "A2"])),
            st.sampled_from([date(2026, 4, 13), date(2026, 4, 14)]),
            st.just("54029681"),
        ),
        max_size=8,
    )
)
def test_what_is_written_is_read_back(rows):
    frame = credits_frame(rows).sort("booked_on", maintain_order=True)
    data = camt.write_camt054(HEADER, frame)
    assert data == camt.write_camt054(HEADER, frame)
    report = camt.read(data)
    assert report.format == "camt.054"
    assert amounts(report) == frame["amount_minor"].to_list()
    assert report.payments["booked_on"].to_list() == frame["booked_on"].to_list()
    assert not report.payments["held"].any()
    assert "error" not in severities(report)
    written = [
        next((r["text"] for r in row if r["kind"] == "ocr"), None)
        for row in report.payments["references"].to_list()
    ]
    assert written == frame["ocr"].to_list()


@pytest.mark.slow
def test_a_hundred_thousand_credits_are_read_in_twenty_seconds():
    count = 100_000
    frame = pl.DataFrame({"n": range(count)}).select(
        amount_minor=29900 + pl.col("n") % 7,
        ocr=ocr.issue_column(pl.format("{}", pl.col("n"))),
        free_text=pl.lit(None, pl.String),
        payer_name=pl.lit("Åsa Öberg"),
        bank_reference=pl.format("R{}", "n"),
        booked_on=pl.lit(date(2026, 4, 13)),
        alias=pl.lit("54029681"),
    )
    data = camt.write_camt054(HEADER, frame)
    began = time.perf_counter()
    report = camt.read(data)
    assert time.perf_counter() - began < 20
    assert sum(amounts(report)) == frame["amount_minor"].sum()
