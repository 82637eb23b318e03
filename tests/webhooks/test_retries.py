import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.webhooks import retries

FAILED = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


def test_ten_attempts_take_the_three_days_of_the_standard():
    moment, attempts = FAILED, 1
    while (
        planned := retries.next_attempt_at(attempts, moment, Decimal(0))
    ) is not None:
        moment, attempts = planned, attempts + 1
    assert attempts == 10
    assert moment - FAILED == dt.timedelta(hours=75, minutes=35, seconds=5)


@given(
    attempt=st.integers(1, 9),
    jitter=st.decimals(0, 1, allow_nan=False, places=6),
)
def test_jitter_adds_a_tenth_at_most(attempt, jitter):
    wait = retries.next_attempt_at(attempt, FAILED, jitter) - FAILED
    assert retries.WAITS[attempt] <= wait <= retries.WAITS[attempt] * 1.1


@pytest.mark.parametrize("attempt", [10, 11, 500])
def test_after_the_tenth_attempt_it_is_a_dead_letter(attempt):
    assert retries.next_attempt_at(attempt, FAILED, Decimal("0.5")) is None


@pytest.mark.parametrize(
    ("attempt", "jitter"), [(0, "0"), (-1, "0"), (1, "1.01"), (1, "-0.1")]
)
def test_attempts_and_jitter_out_of_range_are_refused(attempt, jitter):
    with pytest.raises(retries.UnknownAttempt):
        retries.next_attempt_at(attempt, FAILED, Decimal(jitter))


@pytest.mark.parametrize("status", range(100, 600))
def test_only_two_hundreds_are_delivered_and_only_gone_disables(status):
    expected = (
        "delivered" if 200 <= status < 300 else "disable" if status == 410 else "retry"
    )
    assert retries.classify(status) == expected


@pytest.mark.parametrize("failure", ["timeout", "connection", "tls", "dns"])
def test_failure_without_status_is_tried_again(failure):
    assert retries.classify(failure) == "retry"
    assert not retries.throttles(failure)


@pytest.mark.parametrize("status", [429, 502, 504])
def test_overloaded_receiver_is_spared(status):
    assert retries.throttles(status)


@pytest.mark.parametrize(("asked", "expected"), [(1, 300), (900, 900), (86_400, 3_600)])
def test_retry_after_counts_up_to_an_hour(asked, expected):
    planned = FAILED + dt.timedelta(minutes=5)
    asked_for = dt.timedelta(seconds=asked)
    moment = retries.not_before(planned, FAILED, asked_for)
    assert moment == FAILED + dt.timedelta(seconds=expected)
