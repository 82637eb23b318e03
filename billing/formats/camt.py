"""A camt message is how a bank tells of an account in ISO 20022: .052, .053 and .054.

>>> report = read(b'''<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>1</Id>
... <Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id></Acct>
... <Ntry><Amt Ccy="SEK">499.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
... <BookgDt><Dt>2026-04-13</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>
... <NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>1234574</Ref></CdtrRefInf></Strd>
... </RmtInf></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>''')
>>> report.format, report.payments["amount_minor"].to_list()
('camt.054', [49900])
>>> report.payments["references"].to_list()
[[{'text': '1234574', 'kind': 'ocr', 'amount_minor': None}]]
"""

import polars as pl

from billing.formats import camt_balances, camt_elements, camt_remarks
from billing.formats.camt_elements import BrokenCamt, Contents
from billing.formats.camt_notification import NotificationHeader, write_camt054
from billing.formats.camt_values import day, minor
from billing.formats.incoming import BankReport, proven

__all__ = ["BrokenCamt", "NotificationHeader", "read", "write_camt054"]

# What a sender means by a status of its own. Kivra's .13 report says PAID of settled
# payments where its .02 report says BOOK; an unknown one waits for a clerk.
SENDER_STATUSES = {"PAID": "booked"}
CODED_STATUSES = {"BOOK": "booked", "PDNG": "pending", "INFO": "pending"}
CODED_STATUSES |= {"FUTR": "pending"}
FEE_FAMILIES = ("CHRG", "COMM")
NO_NAME = ("NOT AVAILABLE", "NOTPROVIDED", "UNKNOWN")
CREDIT = pl.lit(1, pl.Int64)
DEBIT = pl.lit(-1, pl.Int64)


def read(data: bytes) -> BankReport:
    """Return statements, payments and findings of a camt.052, .053 or .054 message.

    One payment per transaction detail; where the details do not prove the entry, one
    per entry (ISO 20022 message definition reports; rules of the Nordic banks' guides).
    Raises BrokenCamt when the bytes are not such a message.
    """
    contents = camt_elements.elements(data)
    entries = _entries(contents)
    details = _details(contents, entries).join(
        _references(contents), on="transaction", how="left", maintain_order="left"
    )
    statements = camt_balances.statements(contents, entries)
    payments = _numbered(_payments(entries, details, statements))
    remarks = camt_remarks.findings(entries, details, statements)
    return BankReport(
        format=contents.format,
        statements=camt_balances.completed(statements, contents.message),
        payments=proven(payments.filter(pl.col("amount_minor").is_not_null())),
        findings=remarks,
    )


def _sign(direction: str) -> pl.Expr:
    return (
        pl.when(pl.col(direction) == "CRDT")
        .then(CREDIT)
        .when(pl.col(direction) == "DBIT")
        .then(DEBIT)
    )


def _entries(contents: Contents) -> pl.DataFrame:
    """Return entries with amounts, days, status, and the account of their statement."""
    accounts = contents.statements.select(
        "statement",
        "account_currency",
        "created",
        account=_account(),
        account_alias=_alias("account", "account_scheme"),
    )
    entries = contents.entries.join(
        accounts, on="statement", how="left", maintain_order="left"
    ).with_columns(
        entry_currency=pl.coalesce("entry_currency", "account_currency"),
        sign=_sign("entry_direction"),
    )
    return entries.with_columns(
        entry_minor=minor(pl.col("entry_amount"), pl.col("entry_currency"))
        * pl.col("sign"),
        value_on=day(pl.col("valued")),
        booked_on=pl.coalesce(
            day(pl.col(name)) for name in ("booked", "valued", "created")
        ),
        status=_status(),
        status_text=pl.coalesce("status_code", "status_proprietary"),
        reversed=pl.col("reversal").is_in(["true", "1"]).fill_null(value=False),
        path=pl.format("statement[{}]/Ntry line {}", pl.col("statement") + 1, "line"),
    ).with_columns(group=_group())


def _account() -> pl.Expr:
    digits = pl.col("account").str.replace_all("-", "")
    giro = _is_giro(pl.col("account_scheme"))
    return pl.when(giro).then(digits).otherwise("account")


def _is_giro(scheme: pl.Expr) -> pl.Expr:
    return scheme.is_in(["BGNR", "PGNR"]).fill_null(value=False)


def _alias(account: str, scheme: str) -> pl.Expr:
    """Return the Bankgiro or Plusgiro number; the latter may come as a short BBAN."""
    digits = pl.col(account).str.replace_all("[- ]", "")
    short = digits.str.contains("^[0-9]{2,8}$") & (pl.col(scheme) == "BBAN")
    giro = _is_giro(pl.col(scheme)) | short.fill_null(value=False)
    return pl.when(giro).then(digits)


def _status() -> pl.Expr:
    coded = pl.col("status_code").replace_strict(CODED_STATUSES, default="unknown")
    own = pl.col("status_proprietary").replace_strict(
        SENDER_STATUSES, default="unknown"
    )
    return (
        pl.when(pl.col("status_code").is_not_null())
        .then(coded)
        .when(pl.col("status_proprietary").is_not_null())
        .then(own)
        .otherwise(pl.lit("unknown"))
    )


def _group() -> pl.Expr:
    """Return the bank's name for the entry; a bare number needs its day."""
    date = pl.col("booked_on").cast(pl.String).fill_null("")
    amount = pl.col("entry_minor").cast(pl.String).fill_null("")
    return pl.coalesce(
        "entry_bank_reference",
        pl.format("{}/{}", "entry_reference", date),
        pl.format("{}/{}", date, amount),
    )


def _details(contents: Contents, entries: pl.DataFrame) -> pl.DataFrame:
    """Return transactions with signed amounts, and whether they prove their entry."""
    joined = contents.transactions.join(
        entries.drop("line", "path"), on="entry", how="left", maintain_order="left"
    )
    signed = joined.with_columns(own_sign=pl.coalesce(_sign("direction"), "sign"))
    opposed = (pl.col("own_sign") == -pl.col("sign")).all().over("entry")
    signed = signed.with_columns(
        opposed=opposed.fill_null(value=False),
        size=_transaction_size(),
    ).with_columns(
        amount_minor=pl.col("size")
        * pl.when("opposed").then("sign").otherwise("own_sign"),
    )
    total = pl.col("amount_minor").sum().over("entry")
    complete = pl.col("amount_minor").is_not_null().all().over("entry")
    proves = (complete & (total == pl.col("entry_minor"))).fill_null(value=False)
    return signed.with_columns(
        details_minor=total,
        whole=~proves,
        path=pl.format(
            "statement[{}]/Ntry/TxDtls line {}", pl.col("statement") + 1, "line"
        ),
    )


def _transaction_size() -> pl.Expr:
    """Return the first amount that is not 0 and is in the entry's currency.

    Versions .03–.06 made TxDtls/Amt mandatory, so banks fill it with 0 there.
    """
    candidates = [
        ("amount", "currency"),
        ("transaction_amount", "transaction_currency"),
        ("instructed_amount", "instructed_currency"),
    ]
    sizes = []
    for amount, currency in candidates:
        size = minor(pl.col(amount), pl.col(currency))
        same = pl.col(currency) == pl.col("entry_currency")
        sizes.append(pl.when(same & (size != 0)).then(size))
    alone = pl.col("transactions") == 1
    sizes.append(pl.when(alone).then(pl.col("entry_minor").abs()))
    return pl.coalesce(sizes)


def _payments(
    entries: pl.DataFrame, details: pl.DataFrame, statements: pl.DataFrame
) -> pl.DataFrame:
    """Return one row per proven transaction, else one per entry, in file order."""
    unproven = details.filter("whole").get_column("entry").unique()
    alone = pl.col("transactions") == 0
    wholes = entries.filter(
        alone | pl.col("entry").is_in(unproven.implode())
    ).with_columns(amount_minor=pl.col("entry_minor"), whole=pl.lit(value=True))
    rows = pl.concat([details.filter(~pl.col("whole")), wholes], how="diagonal")
    rows = rows.join(
        statements.select("statement", "held"), on="statement", how="left"
    ).sort("entry", "transaction", nulls_last=False)
    credit = pl.col("amount_minor") > 0
    return rows.with_columns(
        currency=pl.col("entry_currency"),
        kind=_kind(),
        alias=pl.coalesce(
            _alias("creditor_account", "creditor_scheme"), "account_alias"
        ),
        payer_name=_name(pl.when(credit).then("debtor").otherwise("creditor")),
        payer_account=pl.when(credit)
        .then("debtor_account")
        .otherwise("creditor_account"),
        payer_organisation=pl.col("debtor_organisation"),
        end_to_end_id=_named("end_to_end_id"),
        held=pl.col("held").fill_null(value=False),
    )


def _kind() -> pl.Expr:
    fee = pl.col("subfamily").is_in(FEE_FAMILIES) | pl.col("family").is_in(FEE_FAMILIES)
    sent_back = (pl.col("subfamily") == "UPDD") | pl.col("return_reason").is_not_null()
    bundle = pl.col("whole") & (pl.col("batch_count").cast(pl.Int64, strict=False) > 1)
    return (
        pl.when("reversed")
        .then(pl.lit("reversal"))
        .when(fee)
        .then(pl.lit("fee"))
        .when((pl.col("amount_minor") >= 0) & sent_back)
        .then(pl.lit("reversal"))
        .when(sent_back)
        .then(pl.lit("chargeback"))
        .when(pl.col("amount_minor") < 0)
        # A credit note inside a deposit lowers what the customer paid.
        .then(
            pl.when(pl.col("sign") > 0)
            .then(pl.lit("deduction"))
            .otherwise(pl.lit("withdrawal"))
        )
        .when(bundle | (pl.col("transactions") > 1) & pl.col("whole"))
        .then(pl.lit("batch"))
        .otherwise(pl.lit("payment"))
    )


def _name(name: pl.Expr) -> pl.Expr:
    none = name.str.to_uppercase().is_in(NO_NAME)
    return pl.when(~none).then(name)


def _named(column: str) -> pl.Expr:
    return _name(pl.col(column))


def _references(contents: Contents) -> pl.DataFrame:
    """Return the list of references per transaction, structured ones first."""
    order = pl.col("kind").replace_strict(
        {"creditor": 0, "invoice": 1, "free": 2}, return_dtype=pl.Int64
    )
    amount = minor(pl.col("amount"), pl.col("currency"))
    negative = pl.when(pl.col("minus") == "-").then(-amount).otherwise(amount)
    rf = pl.col("text").str.contains("^RF[0-9]{2}")
    kind = pl.when(rf).then(pl.lit("rf")).otherwise(pl.lit("ocr"))
    frame = contents.references.with_columns(order=order).sort(
        "transaction", "order", "rank", maintain_order=True
    )
    return (
        frame.with_columns(
            kind=pl.when(pl.col("kind") == "creditor").then(kind).otherwise("kind"),
            amount_minor=negative,
        )
        .select("transaction", reference=pl.struct("text", "kind", "amount_minor"))
        .group_by("transaction", maintain_order=True)
        .agg(references=pl.col("reference"))
    )


def _numbered(payments: pl.DataFrame) -> pl.DataFrame:
    """Give each row its bank reference, and its number among rows that look alike."""
    empty: list[dict[str, object]] = []
    last_resort = pl.when(pl.col("end_to_end_id").is_not_null()).then(
        pl.concat_list(
            pl.struct(
                text="end_to_end_id",
                kind=pl.lit("free"),
                amount_minor=pl.lit(None, pl.Int64),
            )
        )
    )
    named = payments.with_columns(
        bank_reference=pl.coalesce(
            "service_reference", "transaction_id", "uetr", "end_to_end_id", "group"
        ),
        references=pl.coalesce(
            "references", pl.when(~pl.col("whole")).then(last_resort)
        ).fill_null(pl.lit(empty, dtype=payments.schema["references"])),
    )
    key = ("account", "group", "bank_reference")
    return named.with_columns(ordinal=pl.col("bank_reference").cum_count().over(key))
