"""What orders may refer to: customers, plans, lists, campaigns and what has been."""

from dataclasses import dataclass

import polars as pl
from psycopg import sql

from billing.books.session import Reader
from billing.books.standing_catalogue import standing
from billing.campaigns import rules
from billing.subscriptions import taking, terms
from billing.subscriptions.agreement import Known
from billing.subscriptions.taking import History

# Beyond so many orders everything is read once, rather than by the names of each.
NAMED_MAX = 1000
UNDONE = (
    "exists (select from subscription_changes as undo"
    " where undo.undoes = {fact}.change_id)"
)


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a question is about; null asks for everything."""

    customers: tuple[str, ...] | None = None
    campaigns: tuple[str, ...] | None = None
    agreements: tuple[str, ...] | None = None

    @classmethod
    def orders(cls, orders: pl.DataFrame) -> "About":
        """Return what a few orders are about; many are about everything."""
        named = orders["campaign"].drop_nulls().str.split("+").explode().drop_nulls()
        if orders.height > NAMED_MAX:
            return cls(campaigns=_names(named))
        parties = ("customer_id", "payer_id", "recipient_id", "giver_id")
        numbers = (orders["subscription_id"], orders["anchor"])
        return cls(
            _names(*(orders[name] for name in parties)), _names(named), _names(*numbers)
        )


def _names(*columns: pl.Series) -> tuple[str, ...]:
    return tuple(sorted({n for column in columns for n in column.drop_nulls()}))


def known(read: Reader, about: About | None = None) -> Known:
    """Return what agreements may refer to, as it is recorded now."""
    asked = about or About()
    campaigns, codes = _campaigns(read), _codes(read)
    return Known(
        customers=_customers(read, asked),
        plans=_plans(read),
        listed=_listed(read),
        campaigns=campaigns,
        codes=codes,
        entities=read("select distinct legal_entity from company_profiles"),
        agreements=read(
            "select subscription_id, customer_id, payer_id, started_on, plan_id"
            " from subscriptions inner join subscription_changes as change"
            " using (subscription_id) where change.kind = 'start'"
            + _among("subscription_id", asked.agreements)
        ),
        history=_history(read, asked, campaigns, codes),
    )


def _among(column: str, names: tuple[str, ...] | None, joined: str = "and") -> str:
    """Return the condition that a column is one of the names; all where none is said.

    The condition is joined with the word given to what stands before it.
    """
    if names is None:
        return ""
    return f" {joined} {column} = any({_array(names)})"


def _array(names: tuple[str, ...]) -> str:
    return sql.Literal(list(names)).as_string(None) + "::text[]"


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(schema.names()).cast(schema)


def _customers(read: Reader, about: About) -> pl.DataFrame:
    return read(
        "select customer_id, standing_id, detail.country from customers_standing"
        " left join lateral (select country from customer_details"
        "  where customer_details.customer_id = customers_standing.customer_id"
        "  order by effective_on desc, seq desc limit 1) as detail on true"
        + _among("customers_standing.customer_id", about.customers, "where")
        if about.customers is not None
        else "select customer_id, standing_id, detail.country from customers_standing"
        " left join (select distinct on (customer_id) customer_id, country"
        "  from customer_details order by customer_id, effective_on desc, seq desc)"
        "  as detail using (customer_id)"
    )


def _plans(read: Reader) -> pl.DataFrame:
    found = read(
        "with newest as (select distinct on (plan_id) * from plans"
        f"  where {standing('plans')} order by plan_id, effective_on desc, seq desc),"
        " priced as (select plan_id, min(valid_from) as first_on from price_versions"
        f"  where price_list = '' and {standing('price_versions')} group by plan_id),"
        " trial as (select distinct on (plan_id) plan_id, phase_count as trial_count,"
        "  phase_unit as trial_unit from price_versions"
        f"  where phase = 1 and price_list = '' and {standing('price_versions')}"
        "  order by plan_id, version desc)"
        " select newest.*, first_on, trial_count, trial_unit from newest"
        " inner join priced using (plan_id) left join trial using (plan_id)"
    )
    schema = pl.Schema({**terms.PLANS, "currency": pl.String(), "first_on": pl.Date()})
    return _shaped(found, schema)


def _listed(read: Reader) -> pl.DataFrame:
    return read(
        "with newest as (select distinct on (price_list) * from price_lists"
        f"  where {standing('price_lists')}"
        "  order by price_list, effective_on desc, seq desc)"
        " select plan_id, price_list, newest.currency as list_currency, market,"
        " min(valid_from) as first_on from price_versions"
        f" inner join newest using (price_list) where {standing('price_versions')}"
        " group by plan_id, price_list, newest.currency, market"
        " order by plan_id, price_list"
    )


def _campaigns(read: Reader) -> pl.DataFrame:
    found = read(
        "select *, code as own_code,"
        " lower(valid) as valid_from, upper(valid) as valid_to,"
        " code_max_uses as max_uses, code_max_uses_customer as max_uses_customer"
        f" from campaigns where {standing('campaigns')}"
    )
    return _shaped(found, taking.CAMPAIGNS)


def _codes(read: Reader) -> pl.DataFrame:
    schema = pl.Schema({"name": pl.String(), "campaign_id": pl.String(), **rules.CODE})
    found = read(
        "select code as name, campaign_id, null::bigint as code_max_uses,"
        "  null::date as code_valid_to from campaigns"
        f"  where code is not null and {standing('campaigns')}"
        " union all select campaign_id, campaign_id, null, null from campaigns"
        f"  where {standing('campaigns')}"
        " union all select campaign_codes.code, campaign_id, max_uses, valid_to"
        "  from campaign_codes inner join campaigns using (campaign_id)"
        f"  where {standing('campaigns')}"
    )
    return _shaped(found.with_columns(code="name"), schema).drop("code")


def _history(
    read: Reader, about: About, campaigns: pl.DataFrame, codes: pl.DataFrame
) -> History:
    """Return what has been before: agreements, and takings that rules count."""
    meant, named = codes, None
    if about.campaigns is not None:
        meant = codes.filter(pl.col("name").is_in(list(about.campaigns)))
        named = _names(meant["campaign_id"])
        campaigns = campaigns.filter(pl.col("campaign_id").is_in(list(named)))
    family = None if about.customers is None else _family(read, about.customers)
    counted = pl.col("again_after_days").is_not_null() | (
        pl.col("max_uses_customer").is_not_null()
    )
    limited = campaigns.filter(pl.col("max_uses").is_not_null())
    coded = meant.filter(pl.col("code_max_uses").is_not_null())
    return History(
        before=_before(read, family, named),
        uses=_uses(read, _names(limited["campaign_id"])),
        by_code=_by_code(read, _names(coded["name"])),
        by_customer=_by_customer(
            read, family, _names(campaigns.filter(counted)["campaign_id"])
        ),
        arms=_arms(read, family, named),
    )


def _family(read: Reader, customers: tuple[str, ...]) -> tuple[str, ...]:
    """Return customers with all whom merges have made one with them."""
    found = read(
        "with asked as (select coalesce(kept_id, customer_id) as standing_id"
        f"  from unnest({_array(customers)}) as customer_id"
        "  left join merges_standing on merged_id = customer_id)"
        " select standing_id as customer_id from asked union select merged_id"
        "  from merges_standing inner join asked on kept_id = standing_id"
    )
    return _names(found["customer_id"], pl.Series(customers, dtype=pl.String))


STANDS = "left join merges_standing on merged_id = subscriptions.customer_id"
STANDING_ID = "coalesce(kept_id, subscriptions.customer_id)"


def _before(
    read: Reader, family: tuple[str, ...] | None, named: tuple[str, ...] | None
) -> pl.DataFrame:
    """Return the end of each customer's last agreement; null where one has no end.

    Only orders that name a campaign ask for it.
    """
    if named == ():
        return taking.BEFORE.to_frame()
    found = read(
        f"select {STANDING_ID} as customer_id, case when bool_or(ended_on is null)"
        " then null else max(ended_on) end as last_on from subscriptions"
        " left join lateral (select min(effective_on) as ended_on"
        "  from subscription_changes as ending"
        "  where ending.subscription_id = subscriptions.subscription_id"
        f"  and kind = 'cancel' and not {UNDONE.format(fact='ending')}) as ending"
        f" on true {STANDS}"
        + _among("subscriptions.customer_id", family, "where")
        + f" group by {STANDING_ID}"
    )
    return _shaped(found, taking.BEFORE)


# The takings that stand.
TAKEN = (
    " from subscription_changes as taken {joined} where kind = 'campaign' and not "
    + UNDONE.format(fact="taken")
)


def _uses(read: Reader, limited: tuple[str, ...]) -> pl.DataFrame:
    """Return how often the campaigns that have a limit in all have been taken."""
    if not limited:
        return taking.USES.to_frame()
    found = read(
        "select campaign_id, count(*) as uses"
        + TAKEN.format(joined="")
        + _among("campaign_id", limited)
        + " group by campaign_id"
    )
    return _shaped(found, taking.USES)


def _by_code(read: Reader, coded: tuple[str, ...]) -> pl.DataFrame:
    """Return how often the codes that have a limit have been used."""
    if not coded:
        return taking.USES_CODE.to_frame()
    found = read(
        "select campaign_id, code, count(*) as uses_code"
        + TAKEN.format(joined="")
        + f" and campaign_id in (select campaign_id from campaign_codes where code ="
        f" any({_array(coded)}))"
        + _among("code", coded)
        + " group by campaign_id, code"
    )
    return _shaped(found, taking.USES_CODE)


def _by_customer(
    read: Reader, family: tuple[str, ...] | None, counted: tuple[str, ...]
) -> pl.DataFrame:
    """Return how often, and when last, customers had campaigns that ask for it."""
    if not counted:
        return taking.USES_CUSTOMER.to_frame()
    joined = f"inner join subscriptions using (subscription_id) {STANDS}"
    found = read(
        f"select campaign_id, {STANDING_ID} as customer_id,"
        " count(*) as uses_customer, max(taken.effective_on) as had_on"
        + TAKEN.format(joined=joined)
        + _among("campaign_id", counted)
        + _among("subscriptions.customer_id", family)
        + f" group by campaign_id, {STANDING_ID}"
    )
    return _shaped(found, taking.USES_CUSTOMER)


def _arms(
    read: Reader, family: tuple[str, ...] | None, named: tuple[str, ...] | None
) -> pl.DataFrame:
    found = read(
        "select distinct on (campaign_id, standing_id) campaign_id,"
        " coalesce(kept_id, customer_id) as standing_id, arm from campaign_exposures"
        " left join merges_standing on merged_id = customer_id where true"
        + _among("customer_id", family)
        + _among("campaign_id", named)
        + " order by campaign_id, standing_id, arm"
    )
    return _shaped(found.rename({"standing_id": "customer_id"}), taking.ARMS)
