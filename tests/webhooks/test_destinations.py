import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.webhooks import destinations
from billing.webhooks.destinations import ForbiddenDestination

HOST = destinations.check_url("https://hooks.example.com/saldo")

FORBIDDEN_URLS = [
    "",
    "hooks.example.com",
    "//hooks.example.com",
    "http://hooks.example.com/",
    "HTTP://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "https://",
    "https:///path",
    "https://user@hooks.example.com/",
    "https://user:secret@hooks.example.com/",
    "https://@hooks.example.com/",
    "https://hooks.example.com@10.0.0.1/",
    "https://10.0.0.1#@hooks.example.com/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:https/",
    "https://1.1.1.1/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0x7f.0.0.0x1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[2606:4700::1111]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://db/",
    "https://printer.local/",
    "https://a.localhost/",
    "https://metadata.google.internal/",
    "https://nas.lan/",
    "https://router.home.arpa/",
    "https://-bad.example.com/",
    "https://bad-.example.com/",
    "https://under_score.example.com/",
    "https://two..example.com/",
    "https://.example.com/",
    "https://hooks.example.com\\@10.0.0.1/",
    "https://hooks.example.com /",
    "https://hooks.example.com\n/",
    "https://hooks.example.com\t/",
    "https://hooks.example.com\x00.evil.example/",
    "https://１２７.０.０.１/",
    "https://hooks。example。com/",
    "https://ⓔxample.com/",
    "https://exämple.com/",
    "https://hooks.example.com/" + "a" * 2000,
    "https://" + "a" * 64 + ".example.com/",
    "javascript:alert(1)",
]

# Of the special-purpose registries, and what Python 3.11 takes for global.
FORBIDDEN_ADDRESSES = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "127.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "",
    "hooks.example.com",
    "8.8.8.8 ",
]


@pytest.mark.parametrize("url", FORBIDDEN_URLS)
def test_address_that_could_lead_inside_is_refused(url):
    with pytest.raises(ForbiddenDestination) as refusal:
        destinations.check_url(url)
    assert "https://host.example/path" in str(refusal.value)


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
def test_host_that_leads_inside_is_refused(address):
    with pytest.raises(ForbiddenDestination, match="not a public address"):
        destinations.check_addresses(HOST, ["93.184.215.14", address])


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com:443/path?a=b#c",
        "HTTPS://Hooks.Example.COM/",
        "https://hooks.example.com./",
        "https://xn--exmple-cua.com/",
        "https://1and1.example/",
        "https://a.b.c.d.e.example.se/",
    ],
)
def test_public_https_address_is_a_destination(url):
    destination = destinations.check_url(url)
    assert destination.url == url
    assert destination.port == 443
    assert destination.host == destination.host.lower().rstrip(".")


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00::1"]
)
def test_public_address_passes(address):
    assert destinations.check_addresses(HOST, [address]) == (address,)


def test_host_without_address_is_refused():
    with pytest.raises(ForbiddenDestination, match="has no address"):
        destinations.check_addresses(HOST, [])


def test_further_ports_can_be_allowed():
    url = "https://hooks.example.com:8443/"
    assert destinations.check_url(url, ports={443, 8443}).port == 8443


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8700/hooks",
        "http://127.0.0.1:8700/hooks",
        "https://localhost/hooks",
        "http://[::1]:8700/hooks",
    ],
)
def test_loopback_passes_only_when_it_is_allowed(url):
    destination = destinations.check_url(url, allow_loopback=True)
    loopback = ["127.0.0.1", "::1"]
    checked = destinations.check_addresses(destination, loopback, allow_loopback=True)
    assert checked == ("127.0.0.1", "::1")
    with pytest.raises(ForbiddenDestination):
        destinations.check_url(url)
    with pytest.raises(ForbiddenDestination):
        destinations.check_addresses(destination, loopback)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://hooks.example.com/", "http://192.168.0.1:80/"]
)
def test_allowing_loopback_allows_nothing_else(url):
    with pytest.raises(ForbiddenDestination):
        destinations.check_url(url, allow_loopback=True)
    with pytest.raises(ForbiddenDestination):
        destinations.check_addresses(HOST, ["10.0.0.1"], allow_loopback=True)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address):
    if not address.is_global or address.is_multicast:
        assert not destinations.is_public(str(address))


@given(st.ip_addresses(v=4))
def test_mapped_address_is_never_public(address):
    assert not destinations.is_public(str(ipaddress.IPv6Address(f"::ffff:{address}")))
