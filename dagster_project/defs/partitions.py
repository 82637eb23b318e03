"""One partition a day, in the company's time zone.

Every asset of the daily job has it.
"""

import dagster as dg

ZONE = "Europe/Stockholm"
DAYS = dg.DailyPartitionsDefinition(
    start_date="2020-01-01", timezone=ZONE, end_offset=1
)
# What can be tried again is tried again; what is refused is not (allow_retries=False).
RETRY = dg.RetryPolicy(
    max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
OWNERS = ["team:billing"]
