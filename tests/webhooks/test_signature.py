import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from billing.webhooks import signature
from billing.webhooks.signature import Delivery

OLD = signature.secret_text(bytes(range(24)))
NEW = signature.secret_text(bytes(range(64)))
NOW = dt.datetime.now(dt.UTC)  # noqa: TID251 - the library reads the clock itself
SENT = Delivery("evt_1", int(NOW.timestamp()), '{"type":"é"}'.encode())


def test_library_of_the_standard_accepts_a_delivery():
    headers = signature.headers(SENT, [OLD])
    assert Webhook(OLD).verify(SENT.body, headers) == {"type": "é"}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_during_rotation_the_library_accepts_either_secret(secret):
    headers = signature.headers(SENT, [NEW, OLD])
    assert Webhook(secret).verify(SENT.body, headers) == {"type": "é"}


@pytest.mark.parametrize(
    "changed",
    [
        Delivery("evt_2", SENT.timestamp, SENT.body),
        Delivery(SENT.id, SENT.timestamp + 1, SENT.body),
        Delivery(SENT.id, SENT.timestamp, SENT.body + b" "),
    ],
)
def test_changed_delivery_is_refused_by_us_and_by_the_library(changed):
    headers = signature.headers(SENT, [OLD])
    assert not signature.verify(changed, headers["webhook-signature"], [OLD])
    headers["webhook-id"] = changed.id
    headers["webhook-timestamp"] = str(changed.timestamp)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(changed.body, headers)


@given(
    random=st.binary(min_size=24, max_size=64),
    identity=st.text(alphabet="abc_123-", min_size=1),
    timestamp=st.integers(0, 2**31),
    text=st.text(),
)
def test_signature_is_that_of_the_library(random, identity, timestamp, text):
    secret = signature.secret_text(random)
    moment = dt.datetime.fromtimestamp(timestamp, dt.UTC)
    ours = signature.sign(Delivery(identity, timestamp, text.encode()), secret)
    assert ours == Webhook(secret).sign(identity, moment, text)
    assert signature.secret_bytes(secret) == random


@pytest.mark.parametrize("given_signature", ["", "v1,", "v2,AAAA", "v1,é", "x y z"])
def test_foreign_signatures_are_refused(given_signature):
    assert not signature.verify(SENT, given_signature, [OLD])


def test_signature_of_a_version_to_come_does_not_hide_ours():
    both = f"v1a,AAAA {signature.sign(SENT, OLD)}"
    assert signature.verify(SENT, both, [NEW, OLD])


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_åäö", "whsec_!!!!", "whsec_AAAA"]
)
def test_unusable_secret_is_refused_and_not_shown(secret):
    with pytest.raises(signature.UnusableSecret) as refusal:
        signature.sign(SENT, secret)
    assert not secret or secret not in str(refusal.value)


@pytest.mark.parametrize("length", [0, 23, 65])
def test_secret_of_a_wrong_length_is_refused(length):
    with pytest.raises(signature.UnusableSecret, match="24 to 64"):
        signature.secret_text(bytes(length))


def test_endpoint_without_secret_is_refused():
    with pytest.raises(signature.UnusableSecret, match="no signing secret"):
        signature.headers(SENT, [])


def test_incoming_headers_are_read_whatever_their_case():
    headers = {k.upper(): v for k, v in signature.headers(SENT, [OLD]).items()}
    assert signature.received(headers, SENT.body, NOW) == SENT


@pytest.mark.parametrize("minutes", [-6, 6])
def test_delivery_of_another_time_is_not_looked_at(minutes):
    headers = signature.headers(SENT, [OLD])
    later = NOW + dt.timedelta(minutes=minutes)
    assert signature.received(headers, SENT.body, later) is None


@pytest.mark.parametrize("timestamp", ["", "soon", "-5", "1e9", "²"])
def test_delivery_without_a_time_is_not_looked_at(timestamp):
    headers = {"webhook-id": "evt_1", "webhook-timestamp": timestamp}
    assert signature.received(headers, b"", NOW) is None
