"""A BgMax file is read for the payments of its deposits, while banks still send it.

>>> file = read(b'''01BGMAX               0120260413153000000000P
... 050054029681          SEK
... 200002973675                  1234574000000000000049900211234567890120
... 15000000000000000000050000000012345672026041300042000000000000049900SEK00000001
... 7000000001000000000000000000000001''')
>>> file.payments.select("account", "reference", "amount_minor", "booked_on").rows()
[('54029681', '1234574', 49900, datetime.date(2026, 4, 13))]
"""

from billing.formats import bgmax
from ingest.bank import incoming
from ingest.bank.incoming import BankFile

METHOD = "bankgiro"


def read(data: bytes) -> BankFile:
    """Return payments and findings of a BgMax file; raises NotBgMax for other bytes."""
    return incoming.of_report(bgmax.read(data), METHOD)
