"""People are who subscribes in the demo: households, and firms with seats for staff."""

from functools import cache
from importlib import resources

import polars as pl
import yaml

from ingest.demo import draw, identity
from ingest.demo.draw import Topic
from ingest.demo.world import World

TOWNS = {
    "Sundsvall": "85", "Härnösand": "87", "Umeå": "90", "Örnsköldsvik": "89",
    "Östersund": "83", "Gävle": "80", "Hudiksvall": "82", "Luleå": "97",
    "Skellefteå": "93", "Falun": "79", "Borlänge": "78", "Uppsala": "75",
    "Piteå": "94", "Söderhamn": "82", "Kramfors": "87", "Sollefteå": "88",
}  # fmt: skip
FORMS = ("AB", "AB", "AB", "Ek. för.", "Handels AB")
FIRST_CUSTOMER = 100001
COMPANIES_PERMILLE = 40
# Post- och telestyrelsen keeps these numbers for films and books.
FICTION_PHONE, FICTION_PHONES = 1740605, 95


@cache
def names(kind: str) -> list[str]:
    """Return the names of a kind: given, family, streets, trades."""
    text = resources.files("ingest.demo").joinpath("names.yaml").read_text("utf-8")
    listed: list[str] = yaml.safe_load(text)[kind]
    return listed


def people(world: World) -> pl.DataFrame:
    """Return everybody who ever subscribes, in the columns of a customers file.

    Besides: n (from 0), which all other draws are made by.
    """
    frame = pl.DataFrame({"n": pl.int_range(world.customers, eager=True)})
    key = pl.col("n")
    company = draw.permille(key, world.topic("company")) < COMPANIES_PERMILLE
    named = frame.with_columns(
        customer_id=pl.format("K{}", pl.lit(FIRST_CUSTOMER) + key),
        kind=pl.when(company).then(pl.lit("company")).otherwise(pl.lit("person")),
        given=draw.pick(key, world.topic("given name"), names("given")),
        family=draw.pick(key, world.topic("family name"), names("family")),
        city=draw.pick(key, world.topic("town"), list(TOWNS)),
    )
    whole = named.with_columns(
        name=pl.when(pl.col("kind") == "company")
        .then(_firm(world))
        .otherwise(pl.format("{} {}", "given", "family")),
        identity_number=_identity(),
        vat_number=pl.when(pl.col("kind") == "company").then(
            pl.format("SE{}01", identity.organisation(_nth_company()))
        ),
        email=pl.format("{}.{}.{}@example.com", _plain("given"), _plain("family"), "n"),
        phone=pl.format(
            "+4670{}",
            FICTION_PHONE + draw.below(key, world.topic("phone"), FICTION_PHONES),
        ),
        address_line=_address(world.topic("street"), world.topic("house")),
        postal_code=_postal_code(world.topic("post")),
        country=pl.lit("SE"),
        language=pl.lit("sv"),
        delivery=_delivery(world.topic("delivery")),
    )
    return whole.drop("given", "family")


def _firm(world: World) -> pl.Expr:
    trade = draw.pick(pl.col("n"), world.topic("trade"), names("trades"))
    form = draw.pick(pl.col("n"), world.topic("form"), FORMS)
    return pl.format("{} {} {}", pl.col("family") + "s", trade, form)


def _nth_company() -> pl.Expr:
    return (pl.col("kind") == "company").cum_sum() % 10_000


def _identity() -> pl.Expr:
    return (
        pl.when(pl.col("kind") == "company")
        .then(identity.organisation(_nth_company()))
        .otherwise(identity.personal(pl.col("n")))
    )


def _address(street: Topic, house: Topic) -> pl.Expr:
    name = draw.pick(pl.col("n"), street, names("streets"))
    return pl.format("{} {}", name, 1 + draw.below(pl.col("n"), house, 88))


def _postal_code(topic: Topic) -> pl.Expr:
    area = pl.col("city").replace_strict(TOWNS, return_dtype=pl.String)
    rest = draw.below(pl.col("n"), topic, 390) + 210
    digits = area + rest.cast(pl.String)
    return pl.format("{} {}", digits.str.head(3), digits.str.slice(3))


def _delivery(topic: Topic) -> pl.Expr:
    paper = draw.permille(pl.col("n"), topic) < 240  # noqa: PLR2004 - as many as still want paper
    return pl.when(paper).then(pl.lit("paper")).otherwise(pl.lit("email"))


def _plain(column: str) -> pl.Expr:
    """Return a name as it stands in an e-mail address."""
    text = pl.col(column).str.to_lowercase()
    for sign, plain in zip("åäöéıćü", "aaoeicu", strict=True):
        text = text.str.replace_all(sign, plain, literal=True)
    return text
