"""A performance plays scenario files on private books, and says how they came out."""

from collections.abc import Iterator
from pathlib import Path

from billing.errors import No
from ingest.scenarios import expectations, outcome, private_books, transcript
from ingest.scenarios.player import play
from ingest.scenarios.private_books import Shelf
from ingest.scenarios.reading import Told, files, read
from ingest.scenarios.shape import Scenario
from ingest.scenarios.stage import refuse_what_is_not_yet, set_up
from ingest.scenarios.transcript import Transcript

ALL_HELD = 0
SOME_DID_NOT = 1
NOT_VALID = 2


def run(paths: list[Path], as_json: bool) -> tuple[int, str]:
    """Play the scenarios of files and folders; return the exit code and what to print.

    0: every expectation holds; 1: some did not; 2: a file is not valid, and then
    nothing is played.
    """
    try:
        told = [read(path) for path in files(paths)]
        for story in (story for file in told for story in file.stories):
            refuse_what_is_not_yet(story)
        tell = transcript.document if as_json else transcript.text
        performed = list(perform(told))
    except No as wrong:
        return NOT_VALID, wrong.message
    stories = [story for _, transcripts in performed for story in transcripts]
    output = [tell(file.path, transcripts) for file, transcripts in performed]
    if not as_json:
        held = sum(story.passed for story in stories)
        output.append(f"{held} of {len(stories)} scenarios came out as expected")
    code = ALL_HELD if all(s.passed for s in stories) else SOME_DID_NOT
    return code, "\n\n".join(output)


def perform(told: list[Told]) -> Iterator[tuple[Told, list[Transcript]]]:
    """Play the stories of files, one after the other, each on empty books."""
    with private_books.shelf() as shelf:
        for file in told:
            yield file, [perform_one(shelf, story) for story in file.stories]


def perform_one(shelf: Shelf, scenario: Scenario) -> Transcript:
    """Play one story on empty books."""
    with shelf.books() as books:
        stage = set_up(scenario, books)
        plot = play(stage)
        documents = outcome.documents(stage)
        found = expectations.faults(stage, plot, documents)
        return Transcript(scenario, plot.steps, tuple(documents), tuple(found))
