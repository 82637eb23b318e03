"""A format is recognised by how a file begins, never by its name.

>>> recognise(b"01BGMAX               0120260413153000000000P")
'bgmax'
>>> recognise(b"<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>")
'camt.053'
>>> recognise(b"customer;amount") is None
True
"""

from typing import cast

from lxml import etree

from billing.formats import autogiro, fixed_width
from billing.formats.camt_elements import Tree, message_format

HEAD = 1 << 16


def recognise(data: bytes) -> str | None:
    """Return the name of the format (camt.054, bgmax, autogiro.rejected …) or None."""
    if _looks_like_xml(data):
        return _xml_format(data[:HEAD])
    first = fixed_width.records(data[:HEAD])["text"].head(1).to_list()
    if first and first[0].startswith("01BGMAX"):
        return "bgmax"
    found = autogiro.recognise(data[:HEAD])
    return None if found is None else f"autogiro.{found[0]}"


def _looks_like_xml(data: bytes) -> bool:
    start = data[:64].removeprefix(fixed_width.BYTE_ORDER_MARK).lstrip()
    return start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<"))


def _xml_format(head: bytes) -> str | None:
    """Return the format that the root or its first child names."""
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        parser.feed(head)
    except etree.XMLSyntaxError:
        return None
    for _, (_, element) in zip(range(2), parser.read_events(), strict=False):
        found = message_format(cast(Tree, element))
        if found is not None:
            return found[0]
    return None
