"""A reference page is the OpenAPI document for people: no script, nothing fetched.

>>> text = page({"info": {"title": "Saldo", "version": "1"}, "paths": {"/v1/x": {
...     "get": {"operationId": "get_x", "summary": "Read x.", "responses": {"200": {
...     "description": "OK"}}}}}})
>>> "<code>/v1/x</code>" in text, "<script" in text
(True, False)
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
       padding: 0 1rem; color: #1c2430; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border: 1px solid #d5dbe3; border-radius: 6px; margin: .4rem 0; }
summary { cursor: pointer; padding: .5rem .8rem; }
details > :not(summary) { margin-left: .8rem; margin-right: .8rem; }
b.get, b.post { display: inline-block; width: 3.6rem; }
b.get { color: #0b5cad; } b.post { color: #17723a; }
table { border-collapse: collapse; } td { padding: .1rem .8rem .1rem 0; }
pre { background: #f4f6f9; padding: .6rem; overflow: auto; }
"""
Operation = tuple[str, str, dict[str, Any]]


def page(document: dict[str, Any]) -> str:
    """Return the whole page."""
    info = document["info"]
    title = escape(f"{info['title']} API, version {info['version']}")
    parts = "".join(_chapter(tag, found) for tag, found in _by_tag(document).items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        f'<p>For machines: <a href="/openapi.json">/openapi.json</a>.</p>{parts}</html>'
    )


def _by_tag(document: dict[str, Any]) -> dict[str, list[Operation]]:
    chapters: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            whole = {**operation, "schemas": document.get("components", {})}
            chapters.setdefault(tag, []).append((method, path, whole))
    return chapters


def _chapter(tag: str, operations: list[Operation]) -> str:
    found = "".join(_operation(*operation) for operation in operations)
    return f"<h2>{escape(tag)}</h2>{found}"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    said = operation.get("description") or operation.get("summary", "")
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        f'<b class="{method}">{method.upper()}</b> <code>{escape(path)}</code> '
        f"{escape(said)}</summary>"
        f"{_table('Parameters', _parameters(operation))}"
        f"{''.join(_body(operation))}{_table('Answers', _answers(operation))}</details>"
    )


def _parameters(operation: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            parameter["name"],
            f"{parameter['in']}{', required' if parameter.get('required') else ''}",
            parameter.get("description", ""),
        )
        for parameter in operation.get("parameters", [])
    ]


def _answers(operation: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            status,
            answer.get("description", ""),
            ", ".join(
                _schema_name(content) for content in answer.get("content", {}).values()
            ),
        )
        for status, answer in sorted(operation["responses"].items())
    ]


def _schema_name(content: dict[str, Any]) -> str:
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _body(operation: dict[str, Any]) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = _schema_name(content)
        schema = operation["schemas"].get("schemas", {}).get(name, {})
        shown = json.dumps(schema, indent=2, ensure_ascii=False)
        yield f"<p>Body: {escape(name)}</p><pre>{escape(shown)}</pre>"


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<p>{title}</p><table>{cells}</table>"
