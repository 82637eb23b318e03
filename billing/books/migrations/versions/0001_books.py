"""The first books: facts, issued documents, counters, outbox; append-only by schema."""

from alembic import op

from billing.books.migrations.append_only import append_only

revision = "0001"
down_revision = None

FACTS = {
    "commands": """
        kind text not null, role text not null, source text not null,
        on_date date not null, payload jsonb not null, result jsonb not null,
        primary key (command_id)""",
    "company_profiles": """
        legal_entity text not null check (legal_entity <> ''),
        effective_on date not null, name text not null,
        organisation_number text not null, vat_number text, bankgiro text,
        iban text, autogiro_number text, address_line text, postal_code text,
        city text, country text not null, email text, currency text not null,
        policies jsonb not null,
        unique (legal_entity, effective_on, command_id)""",
    "customers": """
        customer_id text primary key check (customer_id <> ''),
        kind text not null check (kind in ('person', 'company')),
        identity_scheme text, identity_number text check (identity_number <> ''),
        registered_on date not null,
        unique (identity_scheme, identity_number)""",
    "customer_details": """
        customer_id text not null references books.customers,
        effective_on date not null, name text not null, vat_number text,
        email text, phone text, address_line text, postal_code text, city text,
        country text not null, language text not null, delivery text not null,
        unique (customer_id, effective_on, command_id)""",
    "products": """
        product_id text not null check (product_id <> ''),
        effective_on date not null, name text not null,
        vat_category text not null,
        recognised text not null
            check (recognised in ('daily', 'at_once', 'per_delivery')),
        unique (product_id, effective_on, command_id)""",
    "plans": """
        plan_id text not null check (plan_id <> ''), effective_on date not null,
        name text not null, product_id text not null,
        every_count int not null check (every_count > 0),
        every_unit text not null
            check (every_unit in ('day', 'week', 'month', 'quarter', 'year')),
        timing text not null check (timing in ('advance', 'arrears')),
        currency text not null,
        anchor_kind text not null
            check (anchor_kind in ('subscription', 'calendar', 'day')),
        anchor_day int, prices_include_vat boolean not null,
        prorates boolean not null, setup_fee_minor bigint not null,
        minimum_minor bigint not null, usage_metric text, usage_aggregation text,
        binding_count int, notice_count int, term_unit text,
        unique (plan_id, effective_on, command_id)""",
    # An open-ended version lasts until the next one starts, so it claims only its
    # first day; a version with an end claims all its days. No two claims meet.
    "price_versions": """
        plan_id text not null check (plan_id <> ''), version int not null,
        phase int not null default 0,
        phase_count int, phase_unit text,
        valid_from date not null, valid_to date check (valid_to > valid_from),
        applies_to text not null check (applies_to in ('new', 'all', 'renewal')),
        model text not null, amount numeric(18, 6) not null,
        terms jsonb not null default '{}',
        claim daterange generated always as
            (daterange(valid_from, coalesce(valid_to, valid_from + 1))) stored,
        unique (plan_id, version, phase),
        exclude using gist (plan_id with =, phase with =, claim with &&)""",
    "campaigns": """
        campaign_id text primary key check (campaign_id <> ''),
        effective_on date not null, name text not null,
        code text unique check (code <> ''),
        discount_kind text not null
            check (discount_kind in ('percent', 'amount', 'price')),
        percent numeric(9, 6), amount_minor bigint,
        lasts_kind text not null
            check (lasts_kind in ('periods', 'until', 'forever', 'uses')),
        lasts_periods int, lasts_until date,
        valid daterange not null default '(,)',
        new_customers_only boolean not null, plans text, stacks boolean not null""",
    "subscriptions": """
        subscription_id text primary key check (subscription_id <> ''),
        customer_id text not null references books.customers,
        payer_id text not null references books.customers,
        recipient_id text not null references books.customers,
        legal_entity text not null, currency text not null,
        payment_method text not null, started_on date not null""",
    "subscription_changes": """
        change_id text primary key,
        subscription_id text not null references books.subscriptions,
        kind text not null check (kind in ('start', 'change', 'add', 'remove',
            'pause', 'resume', 'cancel', 'anchor', 'campaign', 'undo')),
        item text, plan_id text, quantity numeric(18, 6), agreed_minor bigint,
        campaign_id text, anchor_kind text, anchor_day int,
        effective_on date not null, until_on date, effect text, credit text,
        reason text, undoes text references books.subscription_changes,
        unique (undoes)""",
    "usage_events": """
        event_id text primary key, subscription_id text not null,
        metric text not null, quantity numeric(18, 6) not null,
        used_on date not null""",
    "one_off_charges": """
        charge_id text primary key, customer_id text not null
            references books.customers,
        legal_entity text not null, product_id text not null,
        currency text not null, amount_minor bigint not null,
        text text not null, effective_on date not null""",
    "billing_run_steps": """
        run_id text not null, step text not null
            check (step in ('previewed', 'approved', 'carried_out')),
        on_date date not null, fingerprint text not null,
        invoices int not null, credit_notes int not null, lines int not null,
        net_minor bigint not null, vat_minor bigint not null,
        total_minor bigint not null, parked int not null,
        primary key (run_id, step)""",
    "parked_agreements": """
        run_id text not null, subscription_id text not null,
        parked_on date not null, reason text not null,
        primary key (run_id, subscription_id)""",
    "invoices": """
        invoice_id text primary key, legal_entity text not null,
        series text not null, number bigint not null,
        kind text not null check (kind in ('invoice', 'credit_note')),
        payer_id text not null, currency text not null,
        reference text not null check (reference <> ''),
        payment_method text not null, run_id text,
        amends_id text references books.invoices,
        issued_on date not null, due_on date not null,
        net_minor bigint not null, vat_minor bigint not null,
        rounding_minor bigint not null,
        total_minor bigint not null
            check (total_minor = net_minor + vat_minor + rounding_minor),
        unique (legal_entity, series, number),
        unique (legal_entity, reference)""",
    "invoice_lines": """
        invoice_id text not null references books.invoices, n int not null,
        kind text not null
            check (kind in ('period', 'usage', 'setup', 'one_off', 'minimum',
                            'manual_credit')),
        subscription_id text, item text, plan_id text, product_id text not null,
        campaign_id text, price_version int, vat_category text not null,
        text text not null, quantity numeric(18, 6) not null,
        cycle_from date, cycle_to date, period_from date, period_to date,
        full_minor bigint not null
            check (full_minor >= 0 or kind in ('one_off', 'manual_credit')),
        list_minor bigint not null,
        price_includes_vat boolean not null, vat_rate numeric(9, 6) not null,
        amount_minor bigint not null, net_minor bigint not null,
        vat_minor bigint not null, revision int not null,
        recognised text not null, source_id text, amends_line text,
        primary key (invoice_id, n)""",
    "invoice_taxes": """
        invoice_id text not null references books.invoices,
        vat_category text not null, vat_rate numeric(9, 6) not null,
        net_minor bigint not null, vat_minor bigint not null,
        primary key (invoice_id, vat_category, vat_rate)""",
    "files": """
        sha256 text primary key, direction text not null
            check (direction in ('in', 'out')),
        name text not null, kind text not null, size bigint not null,
        handled_on date not null""",
    "file_findings": """
        sha256 text not null, n int not null, severity text not null,
        line int, field text, message text not null, remedy text not null,
        record text, primary key (sha256, n)""",
    "payments": """
        payment_id text primary key, legal_entity text not null,
        account text not null check (account <> ''),
        bank_reference text not null check (bank_reference <> ''),
        ordinal int not null, method text not null,
        booked_on date not null, amount_minor bigint not null
            check (amount_minor <> 0),
        currency text not null, reference text, payer_name text,
        payer_account text, file_sha256 text, position text,
        unique (account, bank_reference, ordinal)""",
    "payment_returns": """
        payment_id text primary key references books.payments,
        returned_on date not null, reason text not null""",
    "allocations": """
        allocation_id text primary key, source_kind text not null
            check (source_kind in ('payment', 'credit_note', 'write_off')),
        source_id text not null, item_kind text not null
            check (item_kind in ('invoice', 'reminder')),
        item_id text not null, n int not null, amount_minor bigint not null
            check (amount_minor <> 0),
        currency text not null, effective_on date not null, rule text not null,
        unique (source_id, item_id, n)""",
    "deviations": """
        deviation_id text primary key,
        payment_id text not null references books.payments,
        reason text not null, amount_minor bigint not null,
        currency text not null, opened_on date not null,
        suggested_item_id text, suggestion text,
        unique (payment_id, reason)""",
    "deviation_settlements": """
        deviation_id text primary key references books.deviations,
        decision text not null check (decision in ('settle', 'credit', 'park')),
        note text not null, settled_on date not null""",
    "deviation_notes": """
        deviation_id text not null references books.deviations,
        note text not null, noted_on date not null,
        unique (deviation_id, command_id)""",
    "write_offs": """
        write_off_id text primary key,
        invoice_id text not null references books.invoices,
        amount_minor bigint not null, reason text not null,
        written_off_on date not null""",
    "reminders": """
        reminder_id text primary key,
        invoice_id text not null references books.invoices,
        step int not null, currency text not null, fee_minor bigint not null,
        interest_minor bigint not null, open_minor bigint not null,
        issued_on date not null, due_on date not null,
        unique (invoice_id, step)""",
    "mandates": """
        mandate_id text not null, customer_id text not null
            references books.customers,
        scheme text not null, payer_number text not null,
        bank_account text, event text not null
            check (event in ('requested', 'active', 'rejected', 'revoked')),
        reason text, effective_on date not null,
        unique (mandate_id, event, effective_on)""",
    "collection_orders": """
        order_id text primary key,
        invoice_id text not null references books.invoices,
        mandate_id text not null, attempt int not null,
        amount_minor bigint not null, currency text not null,
        ordered_on date not null, due_on date not null,
        unique (invoice_id, attempt)""",
    "collection_results": """
        order_id text primary key references books.collection_orders,
        result text not null check (result in ('paid', 'refused')),
        reason text, booked_on date not null""",
    "vouchers": """
        voucher_id text primary key, legal_entity text not null,
        series text not null, number bigint not null,
        accounting_date date not null,
        source_key text not null check (source_key <> ''), text text not null,
        line_count int not null check (line_count >= 2),
        unique (legal_entity, series, number), unique (legal_entity, source_key)""",
    "voucher_lines": """
        voucher_id text not null references books.vouchers, n int not null,
        account text not null, currency text not null,
        amount_minor bigint not null check (amount_minor <> 0),
        primary key (voucher_id, n)""",
    "period_closings": """
        legal_entity text not null, closed_through date not null,
        primary key (legal_entity, closed_through)""",
    "events": """
        event_id uuid primary key, kind text not null, aggregate text not null,
        aggregate_id text not null, version int not null,
        occurred_on date not null, unique (kind, aggregate_id, version)""",
    "webhook_endpoints": """
        endpoint_id text not null, url text not null, secret text not null,
        kinds text not null, state text not null
            check (state in ('active', 'disabled')),
        effective_on date not null, unique (endpoint_id, command_id)""",
    "webhook_attempts": """
        event_id uuid not null, endpoint_id text not null, attempt int not null,
        attempted_at timestamptz not null, status int, outcome text not null,
        response text, primary key (event_id, endpoint_id, attempt)""",
    "api_keys": """
        key_id text not null, secret_hash text not null, holder text not null,
        role text not null, state text not null
            check (state in ('active', 'revoked')),
        effective_on date not null, expires_on date not null,
        unique (key_id, state)""",
    "api_replies": """
        idempotency_key text not null, holder text not null,
        fingerprint text not null, status int not null, body text not null,
        primary key (holder, idempotency_key)""",
    "deliveries": """
        object_id text not null, channel text not null, sha256 text not null,
        delivered_on date not null, primary key (object_id, channel)""",
}

# State that may be rebuilt from facts, or that is a number in the making.
STATE = """
create table books.counters (
    legal_entity text not null, series text not null, next bigint not null,
    primary key (legal_entity, series));
create table books.billing_positions (
    subscription_id text primary key, next_on date, settled_on date);
create table books.open_invoices (
    invoice_id text primary key, due_on date not null);
create table books.webhook_queue (
    event_id uuid not null, endpoint_id text not null,
    state text not null check (state in ('pending', 'delivered', 'dead')),
    attempts int not null default 0, next_at timestamptz not null,
    lease_until timestamptz, primary key (event_id, endpoint_id));
create index on books.billing_positions (next_on);
create index on books.open_invoices (due_on);
create index on books.webhook_queue (state, next_at);
"""

INDEXES = """
create index on books.customer_details (customer_id);
create index on books.subscriptions (customer_id);
create index on books.subscriptions (payer_id);
create index on books.subscription_changes (subscription_id);
create index on books.usage_events (subscription_id);
create index on books.one_off_charges (customer_id);
create index on books.invoices (payer_id);
create index on books.invoices (reference);
create index on books.invoices (issued_on);
create unique index one_line_a_period_and_revision on books.invoice_lines
    (subscription_id, item, plan_id, product_id, kind, cycle_from, period_from,
     period_to, revision) where subscription_id is not null;
create unique index one_line_a_charge on books.invoice_lines (source_id, revision)
    where kind = 'one_off';
create index on books.payments (booked_on);
create index on books.allocations (item_id);
create index on books.deviations (opened_on);
create index on books.mandates (customer_id);
create index on books.voucher_lines (account);
create unique index one_open_payer_number on books.mandates (payer_number)
    where event = 'requested';
"""

REFUSAL = """
create function books.refuse() returns trigger language plpgsql as $$ begin
    raise exception 'append-only: % on % is refused', tg_op, tg_table_name
        using errcode = '42501';
end $$;
"""

GUARDS = """
create function books.voucher_sealed() returns trigger language plpgsql
security definer set search_path = books as $$ begin
    if (select count(*) from voucher_lines as line
        where line.voucher_id = new.voucher_id) is distinct from new.line_count then
        raise exception 'voucher %: line count', new.voucher_id
            using errcode = '23514';
    end if;
    if exists (select from voucher_lines as line
               where line.voucher_id = new.voucher_id
               group by line.currency having sum(line.amount_minor) <> 0) then
        raise exception 'voucher %: unbalanced', new.voucher_id
            using errcode = '23514';
    end if;
    if exists (select from period_closings as closing
               where closing.legal_entity = new.legal_entity
                 and closing.closed_through >= new.accounting_date) then
        raise exception 'voucher %: % lies in a closed period', new.voucher_id,
            new.accounting_date using errcode = '23514';
    end if;
    return null;
end $$;
create constraint trigger voucher_sealed after insert on books.vouchers
    deferrable initially deferred
    for each row execute function books.voucher_sealed();

create function books.line_in_time() returns trigger language plpgsql
security definer set search_path = books as $$ begin
    if exists (select from fresh inner join vouchers as voucher using (voucher_id)
               where voucher.xid <> pg_current_xact_id()) then
        raise exception 'voucher is sealed: late line' using errcode = '23514';
    end if;
    return null;
end $$;
create trigger line_in_time after insert on books.voucher_lines
    referencing new table as fresh
    for each statement execute function books.line_in_time();
"""

# What is owed, item by item: invoices, the fees of reminders, and (below zero) credit
# notes that have not been used up.
VIEWS = """
create view books.open_items as
select
    'invoice' as item_kind, invoice_id as item_id, legal_entity,
    payer_id as customer_id, currency, reference, kind, issued_on, due_on,
    total_minor as amount_minor,
    total_minor
        - coalesce((select sum(amount_minor) from books.allocations as paid
                    where paid.item_id = invoices.invoice_id), 0)
        + coalesce((select sum(amount_minor) from books.allocations as used
                    where used.source_id = invoices.invoice_id), 0)
        as open_minor
from books.invoices
union all
select
    'reminder', reminder_id, legal_entity, payer_id, reminders.currency, reference,
    'reminder', reminders.issued_on, reminders.due_on, fee_minor + interest_minor,
    fee_minor + interest_minor
        - coalesce((select sum(amount_minor) from books.allocations as paid
                    where paid.item_id = reminders.reminder_id), 0)
from books.reminders
inner join books.invoices using (invoice_id)
where fee_minor + interest_minor <> 0;
"""

ROLES = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'saldo_app') then
        create role saldo_app nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'saldo_reader') then
        create role saldo_reader nologin;
    end if;
end $$;
grant usage on schema books to saldo_app, saldo_reader;
grant usage on sequence books.fact_seq to saldo_app;
grant temporary on database {database} to saldo_app;
"""

GRANTS = """
grant select on all tables in schema books to saldo_app, saldo_reader;
grant insert, update on books.counters to saldo_app;
grant insert, update, delete on books.billing_positions, books.open_invoices,
    books.webhook_queue to saldo_app;
"""


def upgrade() -> None:
    """Create everything; facts may be inserted and read, and nothing else."""
    database = op.get_bind().engine.url.database
    op.execute("create schema if not exists books")
    op.execute("create extension if not exists btree_gist")
    op.execute("create extension if not exists pg_trgm")
    op.execute("create sequence books.fact_seq")
    op.execute(REFUSAL)
    op.execute(ROLES.format(database=f'"{database}"'))
    for table, columns in FACTS.items():
        append_only(op, table, columns)
    for statements in (STATE, INDEXES, GUARDS, VIEWS):
        op.execute(statements)
    op.execute(GRANTS)


def downgrade() -> None:
    """Books are never taken back."""
    raise RuntimeError("the books cannot be downgraded; restore a backup instead")
