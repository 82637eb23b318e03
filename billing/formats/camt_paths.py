"""The paths of a camt message say where each value stands in its versions .01 to .14.

Local names, relative to the statement, balance, entry or transaction; the first path
that holds text wins (ISO 20022 message schemas camt.052–054).

>>> TRANSACTION["creditor"]
('RltdPties/Cdtr/Nm', 'RltdPties/Cdtr/Pty/Nm')
"""

from collections.abc import Mapping

Paths = Mapping[str, tuple[str, ...]]
STATEMENT: Paths = {
    "id": ("Id",),
    "sequence": ("ElctrncSeqNb", "LglSeqNb"),
    "created": ("CreDtTm",),
    "copy": ("CpyDplctInd",),
    "account": ("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id"),
    "account_scheme": ("Acct/Id/Othr/SchmeNm/Prtry", "Acct/Id/Othr/SchmeNm/Cd"),
    "account_currency": ("Acct/Ccy",),
    "entries_count": ("TxsSummry/TtlNtries/NbOfNtries",),
    "entries_sum": ("TxsSummry/TtlNtries/Sum",),
    "last_page": ("StmtPgntn/LastPgInd", "NtfctnPgntn/LastPgInd", "RptPgntn/LastPgInd"),
}
BALANCE: Paths = {
    "code": ("Tp/CdOrPrtry/Cd", "Tp/Cd"),
    "amount": ("Amt",),
    "currency": ("Amt@Ccy",),
    "direction": ("CdtDbtInd",),
}
ENTRY: Paths = {
    "entry_reference": ("NtryRef",),
    "entry_amount": ("Amt",),
    "entry_currency": ("Amt@Ccy",),
    "entry_direction": ("CdtDbtInd",),
    "reversal": ("RvslInd",),
    "status_code": ("Sts", "Sts/Cd"),
    "status_proprietary": ("Sts/Prtry",),
    "booked": ("BookgDt/Dt", "BookgDt/DtTm"),
    "valued": ("ValDt/Dt", "ValDt/DtTm"),
    "entry_bank_reference": ("AcctSvcrRef",),
    "family": ("BkTxCd/Domn/Fmly/Cd",),
    "subfamily": ("BkTxCd/Domn/Fmly/SubFmlyCd",),
    "batch_count": ("NtryDtls/Btch/NbOfTxs", "Btch/NbOfTxs"),
    "entry_text": ("AddtlNtryInf",),
}
TRANSACTION: Paths = {
    "amount": ("Amt",),
    "currency": ("Amt@Ccy",),
    "transaction_amount": ("AmtDtls/TxAmt/Amt",),
    "transaction_currency": ("AmtDtls/TxAmt/Amt@Ccy",),
    "instructed_amount": ("AmtDtls/InstdAmt/Amt",),
    "instructed_currency": ("AmtDtls/InstdAmt/Amt@Ccy",),
    "direction": ("CdtDbtInd",),
    "service_reference": ("Refs/AcctSvcrRef",),
    "transaction_id": ("Refs/TxId",),
    "uetr": ("Refs/UETR",),
    "end_to_end_id": ("Refs/EndToEndId",),
    "debtor": (
        "RltdPties/Dbtr/Nm",
        "RltdPties/Dbtr/Pty/Nm",
        "RltdPties/UltmtDbtr/Nm",
        "RltdPties/UltmtDbtr/Pty/Nm",
    ),
    "debtor_account": (
        "RltdPties/DbtrAcct/Id/IBAN",
        "RltdPties/DbtrAcct/Id/Othr/Id",
        "RltdPties/DbtrAcct/Id/PrtryAcct/Id",
    ),
    "debtor_organisation": (
        "RltdPties/Dbtr/Id/OrgId/Othr/Id",
        "RltdPties/Dbtr/Pty/Id/OrgId/Othr/Id",
    ),
    "creditor": ("RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm"),
    "creditor_account": (
        "RltdPties/CdtrAcct/Id/Othr/Id",
        "RltdPties/CdtrAcct/Id/IBAN",
    ),
    "creditor_scheme": (
        "RltdPties/CdtrAcct/Id/Othr/SchmeNm/Prtry",
        "RltdPties/CdtrAcct/Id/Othr/SchmeNm/Cd",
    ),
    "return_reason": ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd"),
}
