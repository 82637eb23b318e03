"""Which tables of the books say something of a customer, and how they are found.

Everything that gives out or forgets personal data goes by this list; a test fails when
a table that names customers is not on it.
"""

OWN = "customer_id = %(id)s"
AGREED = (
    "subscription_id in (select subscription_id from subscriptions"
    " where %(id)s in (customer_id, payer_id, recipient_id, giver_id))"
)
INVOICED = "invoice_id in (select invoice_id from invoices where payer_id = %(id)s)"
PAID = (
    "payment_id in (select source_id from allocations inner join open_items"
    " using (item_id) where customer_id = %(id)s and source_kind = 'payment')"
)
DEVIATED = f"deviation_id in (select deviation_id from deviations where {PAID})"
QUOTED = "quote_id in (select quote_id from quotes where customer_id = %(id)s)"
OWED = "item_id in (select item_id from open_items where customer_id = %(id)s)"
MERGED = "%(id)s in (kept_id, merged_id)"

# Each table with what finds the rows of one customer.
PERSONAL = {
    "customers": OWN,
    "customer_details": OWN,
    "temporary_addresses": OWN,
    "address_withdrawals": (
        "address_id in (select address_id from temporary_addresses"
        " where customer_id = %(id)s)"
    ),
    "customer_merges": MERGED,
    "customer_splits": (
        f"merge_id in (select merge_id from customer_merges where {MERGED})"
    ),
    "identity_reveals": OWN,
    "erasures": OWN,
    "subscriptions": "%(id)s in (customer_id, payer_id, recipient_id, giver_id)",
    "subscription_changes": AGREED,
    "usage_events": AGREED,
    "parked_agreements": AGREED,
    "one_off_charges": OWN,
    "quotes": OWN,
    "quote_steps": QUOTED,
    "campaign_exposures": OWN,
    "invoices": "payer_id = %(id)s",
    "invoice_lines": INVOICED,
    "invoice_taxes": INVOICED,
    "past_invoice_lines": OWN,
    "write_offs": INVOICED,
    "reminders": INVOICED,
    "payments": PAID,
    "payment_returns": PAID,
    "allocations": OWED,
    "deviations": PAID,
    "deviation_settlements": DEVIATED,
    "deviation_notes": DEVIATED,
    "mandates": OWN,
    "collection_orders": INVOICED,
    "collection_results": (
        f"order_id in (select order_id from collection_orders where {INVOICED})"
    ),
}

# What names a customer and says nothing more of them than the tables above.
DERIVED = {
    "customer_index": "the index of the search, made from customer_details",
    "company_profiles": "the seller, who is no customer",
    "billing_positions": "how far an agreement is billed; state, not a fact",
    "open_invoices": "an index of the invoices above",
    "commands": "who did what; its content is in the tables above",
    "events": "that something happened to a thing above",
}

# The tables that an erasure may change (see the migration's erase_person).
ERASED = {
    "customers",
    "customer_details",
    "temporary_addresses",
    "mandates",
    "payments",
    "deviation_notes",
    "deviation_settlements",
    "subscription_changes",
    "customer_merges",
    "customer_splits",
    "identity_reveals",
    "quote_steps",
    "file_findings",
    "commands",
}

# What no person reads of a row, and what only the key opens.
HIDDEN = {"seq", "xid", "command_id", "identity_hash", "identity_sealed"}
