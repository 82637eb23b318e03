"""The published build is read anew for every query, by any number of people at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from streamlit_app import warehouse


def test_nothing_published_is_no_error(new):
    new.open()
    assert warehouse.read("select 1") is None


@pytest.mark.slow
def test_twenty_people_at_once_get_their_own_rows(filled):
    filled.open()

    def ask(number: int) -> int:
        answer = warehouse.read("select $1 as number", number)
        return answer.frame["number"][0]

    with ThreadPoolExecutor(20) as people:
        assert list(people.map(ask, range(200))) == list(range(200))


@pytest.mark.slow
def test_an_answer_carries_the_build_that_gave_it(filled):
    filled.open()
    answer = warehouse.read("select count(*) as n from receivables")
    assert answer.build.build_id.startswith(f"{answer.build.as_of:%Y%m%d}-")
    assert answer.build.checks > 0
