"""1.1, 1.2, 1.9-1.11 over the API: found, changed, merged, given out and forgotten."""

import pytest

PERSON = {
    "kind": "person",
    "name": "Rut Ekelöf",
    "email": "rut@example.org",
    "address_line": "Torggatan 4",
    "postal_code": "22222",
    "city": "Lund",
}
NUMBER = "19121212-1212"


@pytest.fixture
def rut(post):
    return post("/v1/customers", PERSON).json()["customer_id"]


def again(post, **other):
    return post("/v1/customers", PERSON | other).json()["customer_id"]


def send(client, path, payload, method="POST"):
    return client.request(
        method, path, json=payload, headers={"Idempotency-Key": f"{method}-{path}"}
    )


def test_1_1_the_identity_number_is_masked_and_told_with_a_reason(client, post, books):
    known = {"customer_id": "RUT1", "identity_number": NUMBER}
    customer = again(post, **known)
    read = client.get(f"/v1/customers/{customer}").json()
    assert read["identity_number"] == "19121212-****"
    path = f"/v1/customers/{customer}/identity/reveal"
    told = send(client, path, {"reason": "skyddad post"})
    assert told.status_code == 201, told.text
    assert told.json()["identity_number"] == "191212121212"
    retried = send(client, path, {"reason": "skyddad post"})
    assert retried.json()["identity_number"] is None
    assert post(path, {}).status_code == 422
    kept = books.read("select string_agg(body, '') as said from api_replies")
    assert "191212121212" not in kept["said"][0]
    once = books.read("select count(*) as n from identity_reveals")
    assert once["n"][0] == 1


def test_customers_are_found_by_name_also_misspelt(client, rut):
    for words in ("rut@example.org", "Ekelöf", "ruth ekelof", rut):
        found = client.get("/v1/customers", params={"query": words}).json()
        assert rut in [row["customer_id"] for row in found["items"]], words
        assert found["next_cursor"] is None
    assert client.get("/v1/customers", params={"query": "x"}).status_code == 422


def test_a_customer_is_changed_and_the_history_says_by_whom(client, rut):
    path = f"/v1/customers/{rut}"
    changed = send(client, path, {"phone": "0701", "delivery": "paper"}, "PATCH")
    assert changed.status_code == 201, changed.text
    read = client.get(path).json()
    assert (read["phone"], read["delivery"], read["city"]) == ("0701", "paper", "Lund")
    lines = client.get(f"{path}/history").json()
    line = next(one for one in lines if one["what"] == "delivery")
    assert (line["before"], line["after"], line["actor"]) == (
        "email",
        "paper",
        "webshop",
    )
    refused = send(client, f"{path}", {"name": None}, "PATCH")
    assert refused.status_code == 422  # the key was used for another request


def test_a_name_cannot_be_emptied(client, rut):
    refused = send(client, f"/v1/customers/{rut}", {"name": None}, "PATCH")
    assert refused.status_code == 400
    assert "fill in the name" in refused.json()["detail"]


def test_1_11_duplicates_are_merged_and_split(client, post, rut):
    twin = again(post, name="Ruth Ekelöf", email=None)
    found = client.get(f"/v1/customers/{rut}/duplicates").json()
    assert twin in [row["other_id"] for row in found]
    wish = {"kept_id": rut, "merged_id": twin, "reason": "samma person"}
    merged = post("/v1/customer-merges", wish)
    assert merged.status_code == 201, merged.text
    assert client.get(f"/v1/customers/{twin}").json()["merged_into"] == rut
    assert post("/v1/customer-merges", wish).status_code == 409
    split = f"/v1/customer-merges/{merged.json()['merge_id']}/split"
    assert post(split, {"reason": "två"}).status_code == 201
    assert client.get(f"/v1/customers/{twin}").json()["merged_into"] is None


def test_1_11_a_person_and_a_company_are_refused_in_words(post, rut):
    firm = post("/v1/customers", {"kind": "company", "name": "Ek AB"}).json()
    wish = {"kept_id": rut, "merged_id": firm["customer_id"], "reason": "x"}
    refused = post("/v1/customer-merges", wish)
    assert refused.status_code == 400
    assert "let one pay for the other" in refused.json()["detail"]


def test_1_2_a_temporary_address_is_set_and_withdrawn(client, post, rut):
    address = {
        "purpose": "delivery",
        "valid_from": "2026-07-01",
        "valid_to": "2026-08-01",
        "address_line": "Stugan 1",
        "postal_code": "38030",
        "city": "Borgholm",
    }
    path = f"/v1/customers/{rut}/temporary-addresses"
    answer = post(path, address).json()
    assert answer["set"]
    gone = post(f"/v1/temporary-addresses/{answer['address_id']}/withdraw", {})
    assert gone.status_code == 201, gone.text
    listed = client.get(path).json()
    assert [row["withdrawn_on"] for row in listed] == ["2026-03-02"]
    wrong = address | {"valid_to": "2026-07-01"}
    assert post(path, wrong).json()["errors"][0]["pointer"] == "/valid_to"


def test_1_10_personal_data_are_given_out_and_erased(client, post, rut):
    told = client.get(f"/v1/customers/{rut}/personal-data").json()
    details = told["customers"][rut]["customer_details"]
    assert details[0]["email"] == "rut@example.org"
    path = f"/v1/customers/{rut}/erasure"
    tried = post(f"{path}?preview=true", {"reason": "begäran"})
    assert tried.status_code == 200
    assert client.get(f"/v1/customers/{rut}").json()["email"]
    erased = post(path, {"reason": "begäran"})
    assert erased.json()["erased"]
    assert erased.json()["kept_until"] is None
    read = client.get(f"/v1/customers/{rut}").json()
    assert (read["name"], read["email"], read["city"]) == ("Raderad", None, None)
    assert not post(path, {"reason": "begäran"}).json()["erased"]


def test_1_10_nobody_unknown_is_given_out_or_forgotten(client, post):
    assert client.get("/v1/customers/NOBODY/personal-data").status_code == 404
    assert client.get("/v1/customers/NOBODY/history").status_code == 404
    answer = post("/v1/customers/NOBODY/erasure", {"reason": "x"})
    assert answer.status_code == 404
