"""Reading scenario files: YAML or JSON, one story or a list, faults with places."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from billing.errors import Invalid, NotFound
from ingest.scenarios.shape import Scenario

ENDINGS = {".yaml", ".yml", ".json"}
WORDS_FOR_YES_AND_NO = set("yYnNoO")


class WrongScenario(Invalid):
    """A scenario file says something that the format does not know."""


class NoScenario(NotFound):
    """There is no scenario at the path."""


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario file with its stories."""

    path: Path
    stories: tuple[Scenario, ...]


class Loader(yaml.SafeLoader):
    """YAML in which `on` is the word that it is, and not another word for true."""


Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if not (tag == "tag:yaml.org,2002:bool" and first in WORDS_FOR_YES_AND_NO)
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def files(paths: list[Path]) -> Iterator[Path]:
    """Name the files that paths stand for; a folder is all scenarios below it."""
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.suffix in ENDINGS)
            if not found:
                raise NoScenario(
                    f"{path} holds no scenario; they end in .yaml or .json"
                )
            yield from found
        elif path.exists():
            yield path
        else:
            raise NoScenario(f"there is no file {path}")


def read(path: Path) -> Told:
    """Read one file; raise WrongScenario with file, line, field and what is wrong."""
    text = path.read_text(encoding="utf-8")
    data = _parsed(path, text)
    listed = data if isinstance(data, list) else [data]
    stories = []
    for n, told in enumerate(listed):
        try:
            stories.append(Scenario.model_validate(told))
        except ValidationError as wrong:
            prefix = (n,) if isinstance(data, list) else ()
            raise WrongScenario(_in_words(path, text, prefix, wrong)) from wrong
    return Told(path, tuple(stories))


def _parsed(path: Path, text: str) -> Any:  # noqa: ANN401 - a file may hold anything
    try:
        if path.suffix == ".json":
            return json.loads(text)
        return yaml.load(text, Loader)  # noqa: S506 - a subclass of the safe loader
    except (json.JSONDecodeError, yaml.YAMLError) as broken:
        raise WrongScenario(f"{path}: the file cannot be read: {broken}") from broken


def _in_words(
    path: Path, text: str, prefix: tuple[int, ...], wrong: ValidationError
) -> str:
    """Say every fault with the line it stands on."""
    root = yaml.compose(text, Loader)
    faults = []
    for fault in wrong.errors():
        place = (*prefix, *fault["loc"])
        line, field = _place(root, place)
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "the format has no such field"
        faults.append(f"{path}:{line}: {field}: {message}")
    return "\n".join(faults)


def _place(root: yaml.Node | None, loc: tuple[Any, ...]) -> tuple[int, str]:
    """Follow a place into the text as far as it goes: the line (from 1) and the name.

    Names of pydantic's own, such as the member of a union, lead nowhere: left out.
    """
    node, line, names = root, 1, ""
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line, names = node.start_mark.line + 1, f"{names}[{part}]"
        elif isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(part)]
            if found:
                line = found[0][0].start_mark.line + 1
                node = found[0][1]
            if found or part == loc[-1]:
                names = f"{names}.{part}"
    return line, names.lstrip(".") or "scenario"
