"""Reading scenario files: what is wrong is said with its file, line and field."""

import json
from pathlib import Path

import pytest

from ingest import scenarios
from ingest.scenarios import page
from ingest.scenarios.reading import NoScenario, WrongScenario, files, read

STORY = """scenario: a start
products: [{id: paper, vat: "0.06"}]
plans:
  - {id: basic, product: paper, price: {amount: "299.00"}}
steps:
  - on: 2026-01-15
    register: {customer: c1, name: Kim}
"""


def written(tmp_path, text, name="story.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_on_is_a_word_and_not_true(tmp_path):
    told = read(written(tmp_path, STORY))
    assert told.stories[0].steps[0].on.isoformat() == "2026-01-15"


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        (7, "    register: {customer: c1, nmae: Kim}\n", "steps[0].register.nmae"),
        (
            7,
            "    subscribed: {}\n",
            "steps[0].subscribed: the format has no such field",
        ),
        (4, "  - {id: b, product: paper, price: {amount: 299.5}}\n", "in quotes"),
    ],
)
def test_a_fault_names_line_and_field(tmp_path, line, wrong, said):
    lines = STORY.splitlines(keepends=True)
    path = written(tmp_path, "".join([*lines[: line - 1], wrong, *lines[line:]]))
    with pytest.raises(WrongScenario) as refused:
        read(path)
    assert f"{path}:{line}: " in refused.value.message
    assert said in refused.value.message


def test_a_json_list_names_the_scenario_and_the_line(tmp_path):
    stories = [{"scenario": "x", "steps": []}, {"scenario": "y", "stepz": []}]
    path = written(tmp_path, json.dumps(stories, indent=1), "stories.json")
    with pytest.raises(WrongScenario, match=r"stories.json:8: \[1\].stepz: the format"):
        read(path)


def test_a_step_does_one_thing(tmp_path):
    with pytest.raises(WrongScenario, match="a step does one thing"):
        read(written(tmp_path, STORY + "    bill: {}\n"))


def test_days_never_go_backwards(tmp_path):
    with pytest.raises(WrongScenario, match="days never go backwards"):
        read(written(tmp_path, STORY + "  - {on: 2026-01-14, bill: {}}\n"))


def test_a_folder_is_all_scenarios_below_it(tmp_path):
    (tmp_path / "deep").mkdir()
    written(tmp_path, STORY, "deep/a.yml")
    written(tmp_path, "{}", "b.json")
    written(tmp_path, "", "c.txt")
    assert [p.name for p in files([tmp_path])] == ["b.json", "a.yml"]


def test_a_missing_file_is_said():
    with pytest.raises(NoScenario, match="there is no file"):
        list(files([Path("nowhere.yaml")]))


def test_a_wrong_file_is_not_played_and_exits_with_two(tmp_path):
    code, said = scenarios.run(
        [written(tmp_path, STORY + "expected: {}\n")], as_json=False
    )
    assert (code, "expected: the format has no such field" in said) == (2, True)


def test_what_the_product_does_not_do_yet_is_said_before_playing(tmp_path):
    asked = STORY + "  - {on: 2026-01-16, withdraw: {subscription: s1}}\n"
    code, said = scenarios.run([written(tmp_path, asked)], as_json=False)
    assert (code, "not available yet: the step withdraw" in said) == (2, True)


def test_an_expectation_that_does_not_hold_exits_with_one(tmp_path):
    path = written(tmp_path, STORY + "expect: {invoices: [{net: '1.00'}]}\n")
    code, said = scenarios.run([path], as_json=True)
    told = json.loads(said)
    assert code == 1
    assert told["scenarios"][0]["faults"] == ["invoices: {'net': '1.00'} is missing"]


def test_the_page_about_the_format_is_the_schemas():
    kept = Path(__file__).resolve().parents[2] / "docs/scenarios.md"
    assert kept.read_text() == page.page(), "python -m ingest.scenarios.page writes it"
