"""The page about scenario files is written from the format's own schema.

>>> page().splitlines()[0]
'# Scenario files'
"""

import sys
from typing import Any

from ingest.scenarios.shape import schema

HEAD = """# Scenario files

A scenario is a story over days, told in data: a catalogue, what happens on which day,
and what must come out. It runs through the real core on empty books of its own.

```
saldo scenario run FILE...      # 0: all expectations hold, 1: not, 2: not a valid file
saldo scenario schema           # the JSON Schema from which this page is written
```

A folder stands for every `.yaml`, `.yml` and `.json` below it; a file holds one
scenario or a list. A field that is not named here is an error, which names the field
and the line. Amounts are decimals in quotes; periods are half-open; steps are numbered
from 1, and documents in the order of issue. Lists under `expect` are compared whatever
their order (unless `ordered: true`), and only by the fields that they name. `invoices`
with their `lines`, `deviations`, `reminders` and `refused` are complete lists: what
they leave out must not have happened. The other lists are asked row by row.
"""


def page() -> str:
    """Return the page in Markdown: each part of the format with its fields."""
    whole = schema()
    parts = {"Scenario": whole, **whole["$defs"]}
    return "\n".join([HEAD, *(_part(name, part) for name, part in parts.items())])


def _part(name: str, part: dict[str, Any]) -> str:
    required = set(part.get("required", ()))
    rows = [
        f"| `{field}` | {_kind(told)} | {_default(told, needed=field in required)} |"
        for field, told in part.get("properties", {}).items()
    ]
    table = ["| field | what it is | default |", "|---|---|---|", *rows] if rows else []
    about = " ".join(part.get("description", "").split())
    return "\n".join([f"## {name}", "", about, "", *table, ""])


def _kind(told: dict[str, Any]) -> str:
    if "$ref" in told:
        name = told["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in told:
        kinds = [_kind(one) for one in told["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in told or "const" in told:
        values = told.get("enum", [told.get("const")])
        return ", ".join(f"`{value}`" for value in values)
    if told.get("type") == "array":
        return f"list of {_kind(told.get('items', {}))}"
    return str(told.get("format") or told.get("type", "anything"))


def _default(told: dict[str, Any], *, needed: bool) -> str:
    default = told.get("default")
    if needed:
        return "required"
    plain = isinstance(default, str | int | bool)
    return f"`{default}`" if plain else ""


if __name__ == "__main__":
    sys.stdout.write(page())
