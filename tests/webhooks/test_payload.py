import datetime as dt
import json
from dataclasses import replace

import pytest

from billing.webhooks import payload

ISSUED = payload.Event(
    "invoice.issued",
    "0f8a4a3e-7d0e-5c55-9d2e-2a5f6f4b6f10",
    1,
    42,
    dt.datetime(2026, 11, 23, 5, 0, 0, 250000, tzinfo=dt.UTC),
)


def test_body_is_thin():
    content = json.loads(payload.body(ISSUED))
    assert set(content) == {"type", "timestamp", "data"}
    assert set(content["data"]) == {"id", "version", "sequence"}
    assert content["timestamp"] == "2026-11-23T05:00:00.250000Z"


def test_every_event_has_a_body_of_the_same_shape():
    for kind in payload.EVENTS:
        event = replace(ISSUED, kind=kind.name)
        assert json.loads(payload.body(event))["type"] == kind.name
        assert len(payload.body(event)) < 20_000


def test_names_are_unique():
    assert len(payload.KINDS) == len(payload.EVENTS)


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": dt.datetime(2026, 11, 23, 5, 0)},  # noqa: DTZ001 - the point
        {
            "occurred_at": dt.datetime(
                2026, 11, 23, tzinfo=dt.timezone(dt.timedelta(hours=1))
            )
        },
        {"version": 0},
        {"sequence": 0},
        {"id": ""},
    ],
)
def test_event_without_place_is_refused(change):
    with pytest.raises(payload.EventWithoutPlace):
        replace(ISSUED, **change)


def test_unknown_event_is_refused():
    with pytest.raises(payload.UnknownEvent, match=r"'invoice\.printed'"):
        replace(ISSUED, kind="invoice.printed")
