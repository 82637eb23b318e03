"""Our own stories come out as expected, and read as their kept transcripts say."""

from pathlib import Path

import pytest

from ingest.scenarios import transcript
from ingest.scenarios.performance import perform_one
from ingest.scenarios.reading import read

STORIES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_comes_out_as_its_transcript_says(shelf, path, request):
    transcripts = [perform_one(shelf, story) for story in read(path).stories]
    assert [t.faults for t in transcripts] == [()] * len(transcripts)
    kept = path.with_suffix(".txt")
    found = transcript.text(Path(path.name), transcripts) + "\n"
    if request.config.getoption("--update-golden", default=False):
        kept.write_text(found)
    assert found == kept.read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.glob("figures/*.yaml")), ids=lambda p: p.stem
)
def test_the_figures_come_out(shelf, path):
    for story in read(path).stories:
        assert perform_one(shelf, story).faults == ()
