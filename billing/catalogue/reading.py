"""Reading YAML in which on, off, yes and no are the words that they are.

YAML 1.1 takes them for true and false: the day of an example and the market of Norway
would both be lost.

>>> read("{on: 2026-01-01, market: NO, stacks: true}")
{'on': datetime.date(2026, 1, 1), 'market': 'NO', 'stacks': True}
"""

from typing import Any

import yaml

BOOL = "tag:yaml.org,2002:bool"
YES_AND_NO = frozenset("yYnNoO")
# libyaml reads a large file in a tenth of the time, where it is there.
FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(FAST):  # type: ignore[misc] # either of the two safe loaders
    """The safe loader without the words for true and false but those themselves."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the loader itself has it
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if not (tag == BOOL and first in YES_AND_NO)
        ]
        for first, resolvers in FAST.yaml_implicit_resolvers.items()
    }


def read(text: str) -> Any:  # noqa: ANN401 - a file may hold anything
    """Return what a file holds; raise yaml.YAMLError when it is not YAML."""
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a subclass of the safe loader
