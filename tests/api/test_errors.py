"""Every answer that is not 2xx is a problem, also those of the framework itself."""

import importlib
import pkgutil

import pytest
from starlette.testclient import TestClient

import billing
from api.app import application
from api.body import BYTES_MAX
from api.errors import STATUS_OF_KIND, status_of
from billing.errors import No
from tests.api.conftest import NOW


def is_problem(answer, status, code=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert code in (None, problem["code"])
    return True


def every_error():
    for module in pkgutil.walk_packages(billing.__path__, "billing."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    waiting = [No]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error is not No:
            yield error


def test_no_kind_of_error_lacks_a_status():
    errors = list(every_error())
    assert len(errors) > 30
    for error in errors:
        assert error.kind in STATUS_OF_KIND or error.code == "unauthenticated"
        assert 400 <= status_of(error("words")) < 500


def test_an_unknown_address_is_a_problem(client):
    assert is_problem(client.get("/v1/nothing"), 404, "not_found")


def test_a_method_that_is_not_taken_names_those_that_are(client):
    answer = client.delete("/v1/customers")
    assert is_problem(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_a_body_over_a_mebibyte_is_refused(client):
    answer = client.post("/v1/customers", content=b" " * (BYTES_MAX + 1))
    assert is_problem(answer, 413, "body_too_large")


def test_a_stream_over_a_mebibyte_is_refused(client):
    parts = (b" " * 65536 for _ in range(17))
    answer = client.post("/v1/customers", content=parts)
    assert is_problem(answer, 413, "body_too_large")


def test_another_content_type_is_refused(client):
    answer = client.post(
        "/v1/customers", content=b"a=1", headers={"Content-Type": "text/plain"}
    )
    assert is_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b'{"a": 1, "a": 2}', 422, "twice"),
        (b'{"a": 1.5}', 422, "whole"),
        (b'{"a": NaN}', 422, "NaN"),
        (b'{"a": "\\u0000"}', 422, "NUL"),
        (b'{"a": "\\ud800"}', 422, "surrogate"),
        (b"[" * 40 + b"]" * 40, 422, "deeper"),
        (b"[" * 100_000, 422, "deeper"),
        (b"[" + b"1," * 1500 + b"1]", 422, "1000"),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, "digits"),
    ],
)
def test_json_is_read_strictly(client, body, status, words):
    answer = client.post(
        "/v1/customers", content=body, headers={"Content-Type": "application/json"}
    )
    assert is_problem(answer, status)
    assert words in answer.json()["detail"]


def test_an_unknown_field_is_named(post):
    answer = post("/v1/customers", {"kind": "person", "name": "Bo", "shoe": 44})
    assert is_problem(answer, 422, "payload_invalid")
    assert answer.json()["errors"][0]["pointer"] == "/shoe"


def test_a_request_without_a_key_is_refused(client):
    answer = client.get("/v1/customers", headers={"Authorization": ""})
    assert is_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("wrong", ["", "x", "saldo_live_00000000_" + "a" * 43, "å"])
def test_all_wrong_keys_get_the_same_answer(client, wrong):
    headers = {"Authorization": f"Bearer {wrong}".encode()}
    answer = client.get("/v1/customers", headers=headers)
    assert is_problem(answer, 401)
    assert "valid API key" in answer.json()["detail"]


def test_health_needs_no_key(client):
    assert client.get("/health", headers={"Authorization": ""}).json() == {
        "status": "ok"
    }


def test_what_breaks_says_nothing_but_the_request_id(books, key):
    app = application(books, clock=lambda: NOW)

    @app.get("/v1/broken")
    def broken():
        raise RuntimeError("the secret of the house")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/v1/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.json()["request_id"]


def test_the_document_is_openapi_3_1_with_problems_on_every_route(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"], (path, method)
            refusals = {s for s in operation["responses"] if s[0] in "45"}
            assert refusals, (path, method)
            for status in refusals:
                content = operation["responses"][status]["content"]
                assert "application/problem+json" in content, (path, method, status)


def test_the_reference_page_fetches_nothing(client):
    page = client.get("/docs")
    assert page.status_code == 200
    assert "register_customer" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
