"""One partition a day, in the company's time zone.

Every asset of the daily job has it.
"""

from collections.abc import Callable
from typing import Any

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

Decorator = Callable[[Callable[..., Any]], dg.AssetsDefinition]


def daily_asset(word: str, step: str, *, kinds: set[str], deps: list[Any]) -> Decorator:
    """Return what makes an asset of the daily job, of a word and a step of the flow."""
    return dg.asset(
        group_name=word,
        kinds=kinds,
        owners=OWNERS,
        partitions_def=DAYS,
        retry_policy=RETRY,
        deps=deps,
        tags={"step": step},
        pool="warehouse_build" if "dbt" in kinds else None,
    )
