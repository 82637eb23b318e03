"""Golden files of documents, and an own reader of the text in a PDF."""

import re
import zlib
from pathlib import Path

import pytest


@pytest.fixture
def golden(request):
    """Compare a text with the golden file of that name; --update-golden rewrites it."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name, text):
        path = Path(__file__).parent / "golden" / name
        if update:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def text_of():
    """Return the function that reads the text of a PDF, one text run per line."""
    return _text_of


def _text_of(pdf: bytes) -> str:
    objects = {
        int(number): body
        for number, body in re.findall(
            rb"(?:^|\n)(\d+) 0 obj\s(.*?)\sendobj", pdf, re.DOTALL
        )
    }
    pages = re.findall(
        rb"/Type/Page/Resources (\d+) 0 R.*?/Contents (\d+) 0 R",
        b"\n".join(objects.values()),
    )
    return "\n".join(
        line
        for resources, contents in pages
        for line in _page_lines(objects, int(resources), int(contents))
    )


def _page_lines(objects: dict[int, bytes], resources: int, contents: int):
    fonts = {
        name: _to_unicode(objects, int(reference))
        for name, reference in re.findall(rb"/(f\d+) (\d+) 0 R", objects[resources])
    }
    (page,) = _streams(objects[contents])
    for font, run in re.findall(
        rb"/(f\d+) [\d.]+ Tf.*?Tm(.*?)\s*T[Jj]\n", page, re.DOTALL
    ):
        yield "".join(_characters(run, fonts[font]))


def _streams(body: bytes) -> list[bytes]:
    found = re.search(rb"stream\r?\n(.*)\r?\nendstream", body, re.DOTALL)
    if not found:
        return []
    try:
        return [zlib.decompress(found[1])]
    except zlib.error:
        return []


def _to_unicode(objects: dict[int, bytes], number: int) -> dict[int, str]:
    reference = re.search(rb"/ToUnicode (\d+) 0 R", objects[number])
    (cmap,) = _streams(objects[int(reference[1])])
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap)
    return {
        int(code, 16): bytes.fromhex(character.decode()).decode("utf-16-be")
        for code, character in pairs
    }


def _characters(run: bytes, font: dict[int, str]):
    for string in _strings(run):
        codes = _unescape(string)
        for high, low in zip(codes[::2], codes[1::2], strict=True):
            yield font[high * 256 + low]


def _strings(run: bytes):
    # ISO 32000-1 7.3.4.2: balanced parentheses inside a string are not escaped.
    depth, start, position = 0, 0, 0
    while position < len(run):
        sign = run[position : position + 1]
        if sign == b"(":
            depth += 1
            start = position + 1 if depth == 1 else start
        elif sign == b")":
            depth -= 1
            if depth == 0:
                yield run[start:position]
        position += 2 if sign == b"\\" else 1


def _unescape(string: bytes) -> bytes:
    letters = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def plain(match):
        escape = match[1]
        if escape[:1].isdigit():
            return bytes([int(escape, 8)])
        return letters.get(escape, escape)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, string, flags=re.DOTALL)
