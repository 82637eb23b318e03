"""The menu is which pages there are, in which section, for which roles."""

from dataclasses import dataclass

import streamlit as st

from streamlit_app.widgets.wording import text

EVERYONE = frozenset(
    {"admin", "billing", "service", "controller", "integrator", "viewer"}
)
CLERKS = frozenset({"admin", "billing", "service", "controller"})
BILLING = frozenset({"admin", "billing", "controller"})


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of the menu: its section, its file, its sign, and the roles that see it.

    Without a sign a page is a detail that others lead to. That a page is not shown is
    only politeness; what a role may do is decided by the handler. A page whose file has
    the name of another's has an address of its own.
    """

    section: str
    file: str
    roles: frozenset[str]
    icon: str | None = None
    address: str = ""

    @property
    def stem(self) -> str:
        """Return the page's address and text key: the name of its file, or its own."""
        return self.address or self.file.rsplit("/", 1)[1].removesuffix(".py")

    def page(self) -> st.Page:
        """Return the page for the router, its title in the reader's language."""
        return st.Page(
            self.file,
            title=text(f"page.{self.stem}"),
            icon=self.icon,
            url_path=self.stem,
            default=self.stem == "home",
            visibility="visible" if self.icon else "hidden",
        )


SCREENS = (
    Screen("overview", "dashboards/home.py", EVERYONE, ":material/monitoring:"),
    Screen(
        "revenue",
        "dashboards/campaigns.py",
        EVERYONE,
        ":material/loyalty:",
        "campaigns-report",
    ),
    Screen("customers", "operations/customers.py", CLERKS, ":material/group:"),
    Screen("customers", "operations/customers_card.py", CLERKS),
    Screen("customers", "operations/subscriptions.py", CLERKS),
    Screen("customers", "operations/catalogue.py", CLERKS, ":material/sell:"),
    Screen("customers", "operations/campaigns.py", CLERKS, ":material/campaign:"),
    Screen("invoicing", "operations/invoicing.py", BILLING, ":material/receipt_long:"),
    Screen("invoicing", "operations/invoicing_run.py", BILLING),
    Screen("invoicing", "operations/invoicing_document.py", CLERKS),
    Screen("payments", "operations/payments.py", BILLING, ":material/rule:"),
    Screen(
        "accounting", "controlling/ledger_vouchers.py", BILLING, ":material/book_2:"
    ),
)
