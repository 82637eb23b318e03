"""The shape of a catalogue file: every field that exists.

Any other field is an error.
"""

from pydantic import model_validator

from billing.catalogue.shape_campaigns import Campaign
from billing.catalogue.shape_plans import Plan, PriceList, Product
from billing.catalogue.shape_values import Strict


class CatalogueFile(Strict):
    """The whole file."""

    price_lists: list[PriceList] = []
    products: list[Product] = []
    plans: list[Plan] = []
    campaigns: list[Campaign] = []

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "CatalogueFile":
        for name in ("price_lists", "products", "plans", "campaigns"):
            ids = [part.id for part in getattr(self, name)]
            twice = {i for i in ids if ids.count(i) > 1}
            if twice:
                raise ValueError(f"{name}: {', '.join(sorted(twice))} stands twice")
        return self
