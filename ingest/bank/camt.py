"""A camt file is read for the booked credits in it: each is a payment to match.

>>> file = read(b'''<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>1</Id>
... <Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id></Acct>
... <Ntry><Amt Ccy="SEK">499.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
... <BookgDt><Dt>2026-04-13</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef></Ntry>
... <Ntry><Amt Ccy="SEK">12.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
... <BookgDt><Dt>2026-04-13</Dt></BookgDt><AcctSvcrRef>B2</AcctSvcrRef></Ntry>
... </Ntfctn></BkToCstmrDbtCdtNtfctn></Document>''')
>>> file.payments.select("account", "bank_reference", "amount_minor").rows()
[('SE3550000000054910000003', 'B1', 49900)]
>>> file.findings.filter(record="B2 B2")["message"].to_list()
['-1200 SEK minor units: money out']
"""

from billing.formats import camt
from ingest.bank import incoming
from ingest.bank.incoming import BankFile

METHOD = "bankgiro"


def read(data: bytes) -> BankFile:
    """Return payments and findings of a camt.052, .053 or .054 message.

    Raises BrokenCamt when the bytes are not such a message: nothing of it is taken.
    """
    return incoming.of_report(camt.read(data), METHOD)
