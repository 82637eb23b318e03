"""Figures are the questions that the screens put to the marts, each by its name.

Every answer is for one legal entity and carries the build that gave it; None means
that nothing is published yet. Sums are sums of what the marts hold: no figure is
defined here.
MRR is a rate in kronor with six decimals (kpi.md §2); it is rounded here to be shown.
"""

from datetime import date

import polars as pl

from streamlit_app.warehouse import Answer, published, read


def standing(legal_entity: str) -> Answer | None:
    """Return one row: what the overview's cards show, as of the build's day."""
    return read(
        """
        with claims as (
            select
                cast(coalesce(sum(balance_minor), 0) as bigint) as receivables_minor,
                cast(coalesce(sum(overdue_minor), 0) as bigint) as overdue_minor,
                count(distinct customer_id) filter (where overdue_minor > 0)
                    as customers_overdue
            from receivables
            where legal_entity = $1
        ),

        cash as (
            select cast(coalesce(sum(amount_minor), 0) as bigint) as cash_minor
            from payments
            where legal_entity = $1 and booked_on > $2 - 30 and booked_on <= $2
        ),

        deferred as (
            select coalesce(max_by(closing_minor, month_end), 0) as deferred_minor
            from deferred_revenue
            where legal_entity = $1
        )

        select
            claims.receivables_minor,
            claims.overdue_minor,
            claims.customers_overdue,
            cash.cash_minor,
            deferred.deferred_minor
        from claims, cash, deferred
        """,
        legal_entity,
        as_of(),
    )


def mrr_by_month(legal_entity: str) -> Answer | None:
    """Return MRR and paying customers at each of the last month ends, oldest first."""
    return read(
        """
        select
            month_end,
            cast(round(sum(mrr) * 100) as bigint) as mrr_minor,
            count(distinct customer_id) filter (where mrr > 0) as customers
        from mrr_month_ends
        where legal_entity = $1 and month_end > $2 - interval 24 month
        group by month_end
        order by month_end
        """,
        legal_entity,
        as_of(),
    )


def mrr_movements(legal_entity: str) -> Answer | None:
    """Return how much each kind of movement changed MRR in each of the last months."""
    return read(
        """
        select
            month_end,
            movement,
            cast(round(sum(delta) * 100) as bigint) as delta_minor,
            count(distinct customer_id) as customers
        from mrr_movements
        where legal_entity = $1 and month_end > $2 - interval 24 month
        group by month_end, movement
        order by month_end, movement
        """,
        legal_entity,
        as_of(),
    )


def ageing(legal_entity: str) -> Answer | None:
    """Return what customers owe, by how long it has been overdue."""
    return read(
        """
        select
            age_bucket,
            cast(sum(balance_minor) as bigint) as balance_minor,
            count(*) as items,
            count(distinct customer_id) as customers
        from receivables
        where legal_entity = $1
        group by age_bucket
        """,
        legal_entity,
    )


def cash_by_week(legal_entity: str) -> Answer | None:
    """Return what came in during each of the last weeks, oldest first."""
    return read(
        """
        select
            cast(date_trunc('week', booked_on) as date) as week_start,
            cast(sum(amount_minor) as bigint) as amount_minor,
            count(*) as payments
        from payments
        where
            legal_entity = $1
            and booked_on > $2 - interval 26 week
            and booked_on <= $2
        group by week_start
        order by week_start
        """,
        legal_entity,
        as_of(),
    )


def months(legal_entity: str) -> list[date]:
    """Return the month ends that have balances, the latest first."""
    answer = read(
        """
        select distinct month_end from account_balances
        where legal_entity = $1 order by month_end desc
        """,
        legal_entity,
    )
    return [] if answer is None else answer.frame["month_end"].to_list()


def trial_balance(legal_entity: str, month_end: date) -> pl.DataFrame:
    """Return each account's opening, movement and closing balance in a month."""
    answer = read(
        """
        select
            account,
            account_name,
            opening_minor,
            debit_minor,
            credit_minor,
            balance_minor
        from account_balances
        where legal_entity = $1 and month_end = $2
        order by account
        """,
        legal_entity,
        month_end,
    )
    return pl.DataFrame() if answer is None else answer.frame


def vouchers(legal_entity: str, month_end: date) -> pl.DataFrame:
    """Return the vouchers booked in a month, each with its turnover."""
    answer = read(
        """
        select
            voucher_series || ' ' || voucher_number as voucher,
            accounting_date,
            any_value(voucher_text) as text,
            count(*) as lines,
            cast(coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)
                as bigint) as debit_minor
        from vouchers_booked
        where legal_entity = $1 and last_day(accounting_date) = $2
        group by voucher_series, voucher_number, accounting_date
        order by accounting_date, voucher_series, voucher_number
        """,
        legal_entity,
        month_end,
    )
    return pl.DataFrame() if answer is None else answer.frame


def not_booked(legal_entity: str) -> pl.DataFrame:
    """Return what the journal derives and vouchers lack: empty when all is booked."""
    answer = read(
        """
        select
            accounting_date,
            source,
            account,
            derived_minor,
            booked_minor,
            amount_minor
        from journal_differences
        where legal_entity = $1
        order by accounting_date, source, account
        limit 200
        """,
        legal_entity,
    )
    return pl.DataFrame() if answer is None else answer.frame


def campaign_results(legal_entity: str) -> Answer | None:
    """Return what each campaign has come to, the most taken first."""
    return read(
        """
        select
            campaign_id,
            campaign_name,
            currency,
            taker_count,
            active_count,
            round(converted_share, 3) as converted_share,
            discount_minor,
            margin_minor,
            deferred_minor,
            free_minor,
            round(retained_6_months, 3) as retained_6_months,
            round(uplift_6_months, 3) as uplift_6_months
        from campaign_results
        where legal_entity = $1
        order by taker_count desc, campaign_id, currency
        """,
        legal_entity,
    )


def campaign_steps(legal_entity: str, campaign_id: str) -> pl.DataFrame:
    """Return how many of those whose turn it was reached each step of a campaign."""
    answer = read(
        """
        select
            campaign_step,
            currency,
            discount_kind,
            discount_share,
            discount_minor,
            could_count,
            reached_count,
            round(reached_share, 3) as reached_share
        from campaign_steps_taken
        where legal_entity = $1 and campaign_id = $2
        order by currency, campaign_step
        """,
        legal_entity,
        campaign_id,
    )
    return pl.DataFrame() if answer is None else answer.frame


def campaign_survival(campaign_id: str) -> pl.DataFrame:
    """Return the share of each arm with an agreement so many months later."""
    answer = read(
        """
        select
            months_after,
            round(max(alive_share) filter (where arm = 'taker'), 3) as taker_share,
            round(max(alive_share) filter (where arm = 'offered'), 3) as offered_share,
            round(max(alive_share) filter (where arm = 'control'), 3) as control_share,
            round(max(uplift_share), 3) as uplift_share,
            round(max(uplift_low), 3) as uplift_low,
            round(max(uplift_high), 3) as uplift_high
        from campaign_survival
        where campaign_id = $1
        group by months_after
        order by months_after
        """,
        campaign_id,
    )
    return pl.DataFrame() if answer is None else answer.frame


def as_of() -> date:
    """Return the day that the published figures are as of."""
    build = published()
    return date.min if build is None else build.as_of
