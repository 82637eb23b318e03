"""The page about the catalogue file says what the file's shape is."""

import re
from pathlib import Path

import yaml

from billing.catalogue.file import parse
from billing.catalogue.reading import read
from billing.catalogue.shape import CatalogueFile
from billing.catalogue.telling import KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs/catalogue.md").read_text()
EXAMPLES = [read(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def test_every_example_of_a_whole_thing_has_the_shape():
    whole = [told for told in EXAMPLES if set(told) <= set(KINDS)]
    assert len(whole) > 5
    for told in whole:
        CatalogueFile.model_validate(told)


def test_the_examples_of_prices_and_terms_have_the_shape():
    parts = [told for told in EXAMPLES if not set(told) <= set(KINDS)]
    product = {"id": "news", "vat": "0.06"}
    for part in parts:
        plan = {"id": "p", "product": "news", "price": {"amount": "1"}} | part
        priced = {k: v for k, v in plan.items() if k != "price" or "prices" not in part}
        parse(yaml.safe_dump({"products": [product], "plans": [priced]}))


def test_every_field_stands_on_the_page():
    missing = [
        f"{kind}.{field.alias or name}"
        for kind, shape in KINDS.items()
        for name, field in shape.model_fields.items()
        if f"`{field.alias or name}`" not in PAGE
        and f"{field.alias or name}:" not in PAGE
    ]
    assert missing == []
