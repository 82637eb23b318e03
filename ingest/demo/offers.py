"""Offers are what Nordbladet sells and how it bills: its catalogue and its profile."""

from ingest.demo import world as worlds
from ingest.demo.world import World

COMPANY = """\
legal_entity: {legal_entity}
name: Nordbladet AB
organisation_number: "5599998001"
vat_number: SE559999800101
country: SE
currency: SEK
bankgiro: "{bankgiro}"
iban: {iban}
autogiro_number: "{autogiro}"
address_line: Redaktionsgatan 1
postal_code: "852 30"
city: Sundsvall
email: kundservice@nordbladet.example
policies:
  terms_days: 20
  lead_days: 0
  reminder_steps: [10, 25]
  reminder_fee_minor: 6000
  collection_lead_days: 4
  approval: automatic
"""

# Plan → product, name, cycle, price before and after the rise, whether VAT is in it.
PLANS = {
    "papper-manad": (
        "papper", "Papperstidning alla dagar, månad", "month", "379", "399",
    ),
    "papper-kvartal": (
        "papper", "Papperstidning alla dagar, kvartal", "quarter", "1089", "1149",
    ),
    "papper-ar": ("papper", "Papperstidning alla dagar, år", "year", "4190", "4390"),
    "helg-manad": ("helg", "Helgtidning, månad", "month", "219", "229"),
    "helg-kvartal": ("helg", "Helgtidning, kvartal", "quarter", "629", "659"),
    "digital-manad": ("digital", "Digital tidning, månad", "month", "149", "159"),
    "digital-ar": ("digital", "Digital tidning, år", "year", "1490", "1590"),
}  # fmt: skip
TEAM = "bevakning-manad"
PACKAGE = "paket-manad"
MONTHLY = [plan for plan, (_, _, unit, _, _) in PLANS.items() if unit == "month"]
PRODUCTS = """\
products:
  - {id: papper, name: Papperstidning, vat: print}
  - {id: helg, name: Helgtidning, vat: print}
  - {id: digital, name: Digital tidning, vat: digital_news}
  - {id: bevakning, name: Omvärldsbevakning, vat: standard}
  - {id: ljudbocker, name: Ljudböcker, vat: standard}
plans:
  - id: paket-manad
    name: "Digital tidning med ljudböcker, månad"
    bundle:
      - {product: digital, standalone_price: "149.00"}
      - {product: ljudbocker, standalone_price: "99.00"}
    prices_include_vat: true
    price: {amount: "199.00"}
"""
PLAN = """\
  - id: {plan}
    name: "{name}"
    product: {product}
    every: {{unit: {unit}}}
    prices_include_vat: {gross}
    prices:
      - {{from: 2000-01-01, price: {{model: {model}, amount: "{before}.00"}}}}
      - from: {rise}
        applies_to: renewal
        price: {{model: {model}, amount: "{after}.00"}}
"""
CAMPAIGN = """\
  - id: {id}
    name: "{name}"
    code: {code}
    discount: {{{discount}}}
    lasts: {{periods: {periods}}}
    valid: {{from: {begin}, to: {end}}}
    for: {{new_customers: true, plans: [{plans}]}}
"""
# Two steps that advance by themselves, and what is offered to those who want to leave.
LASTING = """\
  - id: trappa
    name: "Trappa: 49 kr, sedan 99 kr i tre månader"
    code: TRAPPA
    steps:
      - {discount: {price: "49.00"}}
      - {discount: {price: "99.00"}, periods: 3}
    for: {new_customers: true, plans: [digital-manad, paket-manad]}
    limits: {per_customer: 1}
    examples:
      - {plan: digital-manad, on: 2026-01-15, expect: accepted}
      - {plan: papper-manad, on: 2026-01-15, expect: refused, because: bara digitalt}
      - {plan: digital-manad, on: 2026-01-15, customer: running, expect: refused}
  - id: stanna
    name: "Stanna: halva priset i två månader"
    discount: {percent: "0.50"}
    lasts: {periods: 2}
    offered_on: cancellation
    for: {again_after_days: 365}
"""
AUTUMN, SPRING, TRIAL, STEPS = "HOST", "VAR", "PROVA99", "TRAPPA"


def company_file(_world: World) -> str:
    """Return company.yaml of Nordbladet."""
    return COMPANY.format(
        legal_entity=worlds.LEGAL_ENTITY,
        bankgiro=worlds.BANKGIRO,
        iban=worlds.IBAN,
        autogiro=worlds.AUTOGIRO_NUMBER,
    )


def catalogue_file(world: World) -> str:
    """Return catalogue.yaml: plans for readers, one for firms, and campaigns."""
    rise = world.price_rise_on
    plans = [
        PLAN.format(
            plan=plan, product=product, name=name, unit=unit, gross="true",
            model="flat", before=before, after=after, rise=rise,
        )
        for plan, (product, name, unit, before, after) in PLANS.items()
    ]  # fmt: skip
    team = PLAN.format(
        plan=TEAM, product="bevakning", name="Omvärldsbevakning per plats",
        unit="month", gross="false", model="per_unit", before="95", after="99",
        rise=rise,
    )  # fmt: skip
    return PRODUCTS + "".join(plans) + team + "campaigns:\n" + _campaigns(world)


def campaign_code(kind: str, year: int) -> str:
    """Return the code of a campaign in a year: HOST25."""
    return kind if kind == TRIAL else f"{kind}{year % 100:02d}"


def _campaigns(world: World) -> str:
    plans = ", ".join(MONTHLY)
    trial = CAMPAIGN.format(
        id="prova-99", name="Första månaden 99 kr", code=TRIAL, periods=1,
        discount='price: "99.00"', begin="2000-01-01", end="2100-01-01",
        plans=plans,
    )  # fmt: skip
    years = range(world.begins.year, world.through.year + 1)
    return trial + LASTING + "".join(_of_year(year, plans) for year in years)


def _of_year(year: int, plans: str) -> str:
    autumn = CAMPAIGN.format(
        id=f"host-{year}", name=f"Höst {year}: halva priset i tre månader",
        code=campaign_code(AUTUMN, year), periods=3, discount='percent: "0.50"',
        begin=f"{year}-08-25", end=f"{year}-12-31", plans=plans,
    )  # fmt: skip
    spring = CAMPAIGN.format(
        id=f"var-{year}", name=f"Vår {year}: en fjärdedel av i två månader",
        code=campaign_code(SPRING, year), periods=2, discount='percent: "0.25"',
        begin=f"{year}-03-01", end=f"{year}-06-30", plans=plans,
    )  # fmt: skip
    return autumn + spring
