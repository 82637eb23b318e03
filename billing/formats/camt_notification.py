"""A credit notification is the camt.054 that a bank sends for the money it received.

Written for the demo company's bank, version .08, in schema order: one entry per day
and Bankgiro number, one transaction per payment.
"""

from dataclasses import dataclass
from datetime import datetime

import pandera.polars as pa
import polars as pl

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
NAME_MAX = 140
TEXT_MAX = 140
# XML 1.0 has no place for most control characters; payers' texts do hold them.
NOT_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"

CREDITS = pa.DataFrameSchema(
    {
        "amount_minor": pa.Column(pl.Int64, pa.Check.gt(0)),
        "ocr": pa.Column(pl.String, nullable=True),
        "free_text": pa.Column(pl.String, nullable=True),
        "payer_name": pa.Column(pl.String, nullable=True),
        "bank_reference": pa.Column(pl.String, nullable=True),
        "booked_on": pa.Column(pl.Date),
        "alias": pa.Column(pl.String),
    },
    strict=False,
)


@dataclass(frozen=True, slots=True)
class NotificationHeader:
    """Who notifies of what: message id (≤ 35), moment, account, its bank, currency."""

    message_id: str
    created_at: datetime
    iban: str
    bic: str
    currency: str = "SEK"


def write_camt054(header: NotificationHeader, credits_: pl.DataFrame) -> bytes:
    """Return the notification of the credits; equal input gives equal bytes.

    Columns of credits: amount_minor, ocr (or null) and free_text (or null), payer_name,
    bank_reference, booked_on, alias (the Bankgiro number). Two decimals are written.
    """
    rows = CREDITS.validate(credits_).with_columns(
        transaction=_transaction(header.currency)
    )
    entries = rows.group_by("booked_on", "alias", maintain_order=True).agg(
        count=pl.len(),
        total=pl.col("amount_minor").sum(),
        transactions=pl.col("transaction").str.join(""),
    )
    entries = entries.with_row_index("number", offset=1).select(
        _entry(header.currency).str.join("")
    )
    body = entries.item() if entries.height else ""
    return (_head(header, rows) + (body or "") + FOOT).encode("utf-8")


FOOT = "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"


def _head(header: NotificationHeader, rows: pl.DataFrame) -> str:
    made = header.created_at.isoformat(timespec="seconds")
    entries = rows.select(pl.struct("booked_on", "alias").n_unique()).item()
    total = int(rows["amount_minor"].sum())
    identity, iban = _escaped(header.message_id), _escaped(header.iban)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}"><BkToCstmrDbtCdtNtfctn>\n'
        f"<GrpHdr><MsgId>{identity}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>\n"
        f"<Ntfctn><Id>{identity}</Id><CreDtTm>{made}</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{header.currency}</Ccy>"
        f"<Svcr><FinInstnId><BICFI>{_escaped(header.bic)}</BICFI></FinInstnId></Svcr>"
        f"</Acct>\n<TxsSummry><TtlNtries><NbOfNtries>{entries}</NbOfNtries>"
        f"<Sum>{total // 100}.{total % 100:02d}</Sum></TtlNtries></TxsSummry>\n"
    )


def _entry(currency: str) -> pl.Expr:
    text = (
        "<Ntry><NtryRef>{}</NtryRef>"
        f'<Amt Ccy="{currency}">'
        "{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        "<BookgDt><Dt>{}</Dt></BookgDt><ValDt><Dt>{}</Dt></ValDt>"
        "<AcctSvcrRef>BG{}-{}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd>"
        "</Fmly></Domn></BkTxCd>\n<NtryDtls><Btch><NbOfTxs>{}</NbOfTxs>"
        f'<TtlAmt Ccy="{currency}">'
        "{}</TtlAmt><CdtDbtInd>CRDT</CdtDbtInd></Btch>\n{}</NtryDtls></Ntry>\n"
    )
    on = pl.col("booked_on").cast(pl.String)
    compact = pl.col("booked_on").dt.strftime("%Y%m%d")
    total = _major("total")
    alias = _text("alias")
    return pl.format(
        text,
        *("number", total, on, on, alias, compact, "count", total, "transactions"),
    )


def _transaction(currency: str) -> pl.Expr:
    text = (
        "<TxDtls>{}"
        f'<Amt Ccy="{currency}">'
        "{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties>{}"
        "<CdtrAcct><Id><Othr><Id>{}</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr>"
        "</Id></CdtrAcct></RltdPties>{}</TxDtls>\n"
    )
    reference = pl.format(
        "<Refs><AcctSvcrRef>{}</AcctSvcrRef></Refs>", _text("bank_reference")
    )
    payer = pl.format(
        "<Dbtr><Pty><Nm>{}</Nm></Pty></Dbtr>",
        _escaped_column(pl.col("payer_name").str.head(NAME_MAX)),
    )
    return pl.format(
        text,
        reference.fill_null(""),
        _major("amount_minor"),
        payer.fill_null(""),
        _text("alias"),
        _remittance(),
    )


def _remittance() -> pl.Expr:
    """Write an OCR as a structured reference, free text in pieces of 140 characters."""
    structured = pl.format(
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{}</Ref>"
        "</CdtrRefInf></Strd>",
        _text("ocr"),
    ).fill_null("")
    pieces = pl.col("free_text").str.extract_all(rf"(?s).{{1,{TEXT_MAX}}}")
    written = pl.format("<Ustrd>{}</Ustrd>", _escaped_column(pl.element()))
    free = pieces.list.eval(written).list.join("").fill_null("")
    both = pl.concat_str(free, structured)
    return (
        pl.when(both != "")
        .then(pl.format("<RmtInf>{}</RmtInf>", both))
        .otherwise(pl.lit(""))
    )


def _major(column: str) -> pl.Expr:
    amount = pl.col(column)
    cents = (amount % 100).cast(pl.String).str.zfill(2)
    return pl.format("{}.{}", amount // 100, cents)


def _text(column: str) -> pl.Expr:
    return _escaped_column(pl.col(column))


def _escaped_column(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace_all(NOT_XML, "?")
        .str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
    )


def _escaped(text: str) -> str:
    return str(pl.select(_escaped_column(pl.lit(text))).item())
