"""Retries are when a webhook is tried again, and when it is given up: a dead letter.

Standard Webhooks' schedule: at once, after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and
24 h, each up to a tenth later, so that a receiver that came back is not overrun.

>>> failed = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)
>>> next_attempt_at(1, failed, jitter=Decimal("0")).isoformat()
'2026-11-23T05:00:05+00:00'
>>> next_attempt_at(2, failed, jitter=Decimal("1")).isoformat()
'2026-11-23T05:05:30+00:00'
>>> next_attempt_at(10, failed, jitter=Decimal("0")) is None
True
>>> classify(204), classify(503), classify(410), classify("timeout")
('delivered', 'retry', 'disable', 'retry')
"""

import datetime as dt
from decimal import Decimal
from http import HTTPStatus
from typing import Literal

from billing.errors import Invalid

# The wait before each attempt; the first is made at once.
WAITS = [
    dt.timedelta(0),
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
]
ATTEMPTS_MAX = len(WAITS)
JITTER_MAX = Decimal("0.1")
RETRY_AFTER_MAX = dt.timedelta(hours=1)
# The receiver asks us to slow down: its Retry-After is honoured.
THROTTLED = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.GATEWAY_TIMEOUT,
}

Outcome = Literal["delivered", "retry", "disable"]
# What can go wrong before there is a status; each is tried again.
Failure = Literal["timeout", "connection", "tls", "dns", "refused_destination"]


class UnknownAttempt(Invalid):
    """Attempts are counted from 1."""


def next_attempt_at(
    attempt: int, failed_at: dt.datetime, jitter: Decimal
) -> dt.datetime | None:
    """Return when to try again after an attempt (1 to 10) failed; None: dead letter.

    `jitter` is a random number from 0 to 1: the share of the tenth that is added.
    """
    if attempt < 1 or not 0 <= jitter <= 1:
        raise UnknownAttempt(
            f"attempt {attempt} with jitter {jitter}: attempts count from 1, and jitter"
            " is from 0 to 1",
            field="attempt",
        )
    if attempt >= ATTEMPTS_MAX:
        return None
    wait = WAITS[attempt]
    added = wait // dt.timedelta(milliseconds=1) * JITTER_MAX * jitter
    return failed_at + wait + dt.timedelta(milliseconds=int(added))


def not_before(
    planned: dt.datetime, failed_at: dt.datetime, retry_after: dt.timedelta
) -> dt.datetime:
    """Return the later of plan and the receiver's Retry-After, which counts to 1 h."""
    return max(planned, failed_at + min(retry_after, RETRY_AFTER_MAX))


def classify(answer: int | Failure) -> Outcome:
    """Return what an answer means: only 2xx is delivered, and 410 asks for no more.

    A redirect is not followed (it could lead inside the house): it is a failure.

    >>> classify(302), classify(404), classify(429), classify("refused_destination")
    ('retry', 'retry', 'retry', 'retry')
    """
    if isinstance(answer, str):
        return "retry"
    if HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
        return "delivered"
    return "disable" if answer == HTTPStatus.GONE else "retry"


def throttles(answer: int | Failure) -> bool:
    """Say whether the receiver asks to be called less often.

    >>> throttles(429), throttles(500), throttles("timeout")
    (True, False, False)
    """
    return answer in THROTTLED
