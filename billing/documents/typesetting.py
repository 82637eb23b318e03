r"""Typesetting turns the content of a document into a PDF: same in, same bytes out.

The templates lay out texts that are formatted already; what a customer or clerk wrote
reaches them as data, never as markup. The typeface comes from the font-lato package,
so that a document looks, and its bytes are, the same on every machine.

>>> typesetting_input({"title": "Faktura 1", "notes": ["two\nlines"]})
'{"title": "Faktura 1", "notes": ["two lines"]}'
"""

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import typst

CONTROL_CHARACTERS = dict.fromkeys([*range(32), *range(127, 160)], " ")


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A template, what it shall show, and the date that the file bears."""

    template: str
    content: dict[str, object]
    dated_on: dt.date


def to_pdf(manuscript: Manuscript) -> bytes:
    """Return the document as tagged PDF/A-2, dated by its own date.

    The archive standard refuses a character that no typeface here has, such as an emoji
    in a name. An invoice must go out all the same: then it is a PDF without that seal,
    in which a box stands for the character.
    """
    try:
        return _pdf(manuscript, sealed=True)
    except typst.TypstError as refusal:
        if "could not be displayed" not in refusal.message:
            raise
        return _pdf(manuscript, sealed=False)


def _pdf(manuscript: Manuscript, *, sealed: bool) -> bytes:
    """Return the document with or without the seals; its time is never the clock's.

    The seals are ISO 19005-2 level A (and so B), readable through the seven years that
    bokföringslagen 7:2 keeps an invoice, and ISO 14289-1, open to a screen reader.
    """
    pdf = _compiler(manuscript.template).compile(
        format="pdf",
        sys_inputs={"document": typesetting_input(manuscript.content)},
        pdf_standards=["a-2a", "ua-1"] if sealed else [],
        timestamp=dt.datetime.combine(manuscript.dated_on, dt.time(), dt.UTC),
    )
    return cast("bytes", pdf)


def to_png(manuscript: Manuscript, *, dots_per_inch: int = 110) -> list[bytes]:
    """Return one image per page, for a preview on a screen."""
    pages = _compiler(manuscript.template).compile(
        format="png",
        sys_inputs={"document": typesetting_input(manuscript.content)},
        ppi=dots_per_inch,
    )
    return cast("list[bytes]", [pages] if isinstance(pages, bytes) else pages)


def typesetting_input(content: dict[str, object]) -> str:
    """Return the one string that a template reads: the content as JSON, printable."""
    return json.dumps(_printable(content), ensure_ascii=False)


def _printable(value: object) -> object:
    """Return the content with a blank for each control character."""
    if isinstance(value, str):
        return value.translate(CONTROL_CHARACTERS)
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_printable(part) for part in value]
    return value


def _compiler(template: str) -> typst.Compiler:
    """Return a compiler of one template, which may read its own folder only.

    Each document has its own: a compiler refuses a second thread while it works.
    """
    folder = _folder()
    return typst.Compiler(f"{folder}/{template}.typ", root=folder, font_paths=_fonts())


@cache
def _folder() -> str:
    """Return where the templates lie."""
    return str(files("billing.documents") / "templates")


@cache
def _fonts() -> typst.Fonts:
    """Return the typefaces, read once: Lato and, for rare letters, typst's own."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(files("font_lato") / "files")],
    )
