"""Depth of functions 1-3: parties, addresses, merges, quotes, bundles, price lists."""

from alembic import context, op

from billing.books.migrations import sealed_identities
from billing.books.migrations.append_only import append_only
from billing.books.migrations.customer_index import SEARCH
from billing.books.migrations.erasure import ERASURE

revision = "0002"
down_revision = "0001"

FACTS = {
    # A stay elsewhere is a fact with two dates; of two that meet the later recorded
    # one holds.
    "temporary_addresses": """
        address_id text primary key check (address_id <> ''),
        customer_id text not null references books.customers,
        purpose text not null check (purpose in ('delivery', 'invoice')),
        valid_from date not null, valid_to date not null,
        address_line text not null, postal_code text not null, city text not null,
        country text not null, check (valid_from < valid_to)""",
    "address_withdrawals": """
        address_id text primary key references books.temporary_addresses,
        withdrawn_on date not null""",
    "customer_merges": """
        merge_id text primary key check (merge_id <> ''),
        kept_id text not null references books.customers,
        merged_id text not null references books.customers,
        reason text not null, effective_on date not null,
        check (kept_id <> merged_id)""",
    "customer_splits": """
        merge_id text primary key references books.customer_merges,
        reason text not null, effective_on date not null""",
    "erasures": """
        customer_id text not null references books.customers,
        erased_on date not null, reason text not null, fields text not null,
        kept text not null, kept_until date,
        unique (customer_id, command_id)""",
    "identity_reveals": """
        customer_id text not null references books.customers,
        revealed_on date not null, reason text not null,
        unique (customer_id, command_id)""",
    "quotes": """
        quote_id text primary key check (quote_id <> ''),
        customer_id text not null references books.customers,
        agreements jsonb not null, valid_until date not null,
        activation text not null check (activation in ('signature', 'payment')),
        reference text unique check (reference <> ''), currency text not null,
        first_minor bigint not null, quoted_on date not null""",
    "quote_steps": """
        quote_id text not null references books.quotes,
        step text not null
            check (step in ('signed', 'declined', 'lapsed', 'activated')),
        on_date date not null, evidence text not null,
        primary key (quote_id, step)""",
    "plan_parts": """
        plan_id text not null check (plan_id <> ''), n int not null,
        effective_on date not null, product_id text not null,
        standalone_minor bigint check (standalone_minor > 0),
        share numeric(9, 6) check (share > 0 and share <= 1),
        check ((standalone_minor is null) <> (share is null)),
        unique (plan_id, n, effective_on, command_id)""",
    "price_lists": """
        price_list text not null check (price_list <> ''),
        effective_on date not null, name text not null, currency text not null,
        market text, unique (price_list, effective_on, command_id)""",
    "catalogue_proposals": """
        proposal_id text primary key check (proposal_id <> ''),
        content text not null, effective_on date not null,
        fingerprint text not null, note text not null, proposed_on date not null""",
    "catalogue_proposal_steps": """
        proposal_id text not null references books.catalogue_proposals,
        step text not null check (step in ('approved', 'applied', 'rejected')),
        on_date date not null, note text not null,
        primary key (proposal_id, step)""",
    # What a command has put into the catalogue is taken back before it takes effect.
    "catalogue_withdrawals": """
        applied_command uuid primary key, withdrawn_on date not null,
        reason text not null""",
    "campaign_steps": """
        campaign_id text not null references books.campaigns, step int not null,
        discount_kind text not null
            check (discount_kind in ('percent', 'amount', 'price')),
        percent numeric(9, 6), amount_minor bigint, periods int not null,
        primary key (campaign_id, step)""",
    "campaign_codes": """
        code text primary key check (code <> ''),
        campaign_id text not null references books.campaigns,
        max_uses int check (max_uses > 0), valid_to date""",
    "campaign_exposures": """
        campaign_id text not null references books.campaigns,
        customer_id text not null references books.customers,
        arm text not null check (arm in ('offered', 'control')),
        exposed_on date not null, primary key (campaign_id, customer_id)""",
    # What the system that was replaced has billed: for comparison and history, never
    # for the ledger.
    "past_invoice_lines": """
        invoice_id text not null check (invoice_id <> ''), n int not null,
        legal_entity text not null, customer_id text not null
            references books.customers,
        subscription_id text, plan_id text,
        issued_on date not null, period_from date, period_to date,
        text text not null, currency text not null, net_minor bigint not null,
        vat_minor bigint not null, primary key (invoice_id, n)""",
}

COLUMNS = {
    "customers": """
        add identity_hash text, add identity_sealed text, add identity_shown text,
        add unique (identity_hash)""",
    "customer_details": "add gln text",
    "subscriptions": """
        add giver_id text references books.customers,
        add price_list text not null default '',
        add bound_until date,
        add exit_fee_kind text check (exit_fee_kind in ('amount', 'remaining')),
        add exit_fee_minor bigint, add quote_id text references books.quotes""",
    "subscription_changes": "add code text",
    "products": "add delivery_weekdays text, add delivery_except text",
    "plans": """
        add lasts_count int, add renews boolean not null default true,
        add exit_fee_kind text check (exit_fee_kind in ('amount', 'remaining')),
        add exit_fee_minor bigint,
        add trial_then text check (trial_then in ('convert', 'stop')),
        drop constraint plans_every_unit_check,
        add constraint plans_every_unit_check check (every_unit in
            ('day', 'week', 'month', 'quarter', 'year', 'delivery'))""",
    "price_versions": """
        add price_list text not null default '',
        add cohort_from date, add cohort_to date,
        drop constraint price_versions_plan_id_phase_claim_excl,
        drop constraint price_versions_plan_id_version_phase_key,
        add unique (plan_id, price_list, version, phase),
        drop constraint price_versions_applies_to_check,
        add constraint price_versions_applies_to_check check (applies_to in
            ('new', 'all', 'renewal', 'cohort')),
        add check ((applies_to = 'cohort') or
            (cohort_from is null and cohort_to is null))""",
    "campaigns": """
        add code_max_uses int, add code_max_uses_customer int,
        add on_plan_change text not null default 'keep'
            check (on_plan_change in ('keep', 'lose')),
        add offered_on text not null default 'order'
            check (offered_on in ('order', 'cancellation')),
        add ended_from_days int, add ended_to_days int, add again_after_days int,
        add first_period text, add binding_count int, add binding_unit text,
        add exit_fee_kind text check (exit_fee_kind in ('amount', 'remaining')),
        add exit_fee_minor bigint, add control_share numeric(9, 6),
        add examples jsonb not null default '[]',
        drop constraint campaigns_lasts_kind_check,
        add constraint campaigns_lasts_kind_check check (lasts_kind in
            ('periods', 'until', 'forever', 'uses', 'steps'))""",
    "invoice_lines": """
        add bundle text,
        drop constraint invoice_lines_kind_check,
        add constraint invoice_lines_kind_check check (kind in ('period', 'usage',
            'setup', 'one_off', 'minimum', 'manual_credit', 'opening'))""",
}

# Which days the standing price versions claim, so that no two of one plan, list and
# step meet for the same agreements. It is an index over facts: a version claims when it
# is recorded, and lets go when its change of the catalogue is taken back.
CLAIMS = """
create table books.price_claims (
    applied_command uuid not null, plan_id text not null, price_list text not null,
    phase int not null, version int not null, claim daterange not null,
    cohort daterange not null,
    exclude using gist (plan_id with =, price_list with =, phase with =,
        claim with &&, cohort with &&));
create index on books.price_claims (applied_command);

create function books.claim_prices() returns trigger language plpgsql
security definer set search_path = books, public as $$ begin
    insert into price_claims
    select command_id, plan_id, price_list, phase, version, claim,
        daterange(cohort_from, cohort_to) from fresh;
    return null;
end $$;
create trigger claim_prices after insert on books.price_versions
    referencing new table as fresh
    for each statement execute function books.claim_prices();
insert into books.price_claims
select command_id, plan_id, price_list, phase, version, claim,
    daterange(cohort_from, cohort_to) from books.price_versions;

create function books.release_prices() returns trigger language plpgsql
security definer set search_path = books, public as $$ begin
    delete from price_claims using fresh
    where price_claims.applied_command = fresh.applied_command;
    return null;
end $$;
create trigger release_prices after insert on books.catalogue_withdrawals
    referencing new table as fresh
    for each statement execute function books.release_prices();
grant select on books.price_claims to saldo_app, saldo_reader;
"""

INDEXES = """
create index on books.temporary_addresses (customer_id);
create index on books.customer_merges (merged_id);
create index on books.customer_merges (kept_id);
create index on books.quotes (customer_id);
create index on books.subscription_changes (campaign_id)
    where campaign_id is not null;
create index on books.past_invoice_lines (subscription_id);
create index on books.past_invoice_lines (customer_id);
"""

# Whose name a customer goes by after merges: the customer it was merged into, as long
# as nobody has split them again. Merges do not chain: the kept one is never merged.
VIEWS = """
create view books.customers_standing as
select customers.customer_id,
    coalesce(standing.kept_id, customers.customer_id) as standing_id
from books.customers
left join books.merges_standing as standing
    on standing.merged_id = customers.customer_id;
"""


def upgrade() -> None:
    """Add the tables, columns and indexes; what is there stays."""
    for table, columns in FACTS.items():
        append_only(op, table, columns)
    for table, changes in COLUMNS.items():
        op.execute(f"alter table books.{table} {changes}")
    for statements in (CLAIMS, INDEXES, *SEARCH, VIEWS, ERASURE):
        op.execute(statements)
    sealed_identities.seal(op, context.config.attributes.get("secret_key"))
    op.execute("grant select on all tables in schema books to saldo_app, saldo_reader")


def downgrade() -> None:
    """Books are never taken back."""
    raise RuntimeError("the books cannot be downgraded; restore a backup instead")
