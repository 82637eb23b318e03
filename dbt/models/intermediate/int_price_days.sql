-- The days inside an item's intervals on which its catalogue price may change.
with items as (
    select * from {{ ref('int_items_anchored') }}
),

versions as (
    select * from {{ ref('stg_books__price_versions') }}
),

-- Another composition of a bundle holds from the next cycle on, like a renewal.
compositions as (
    select distinct
        plan_id,
        effective_on
    from {{ ref('stg_books__plan_parts') }}
),

version_days as (
    select distinct
        plan_id,
        price_list,
        applies_to,
        valid_from as cut_on
    from versions
    where applies_to <> 'new'
    union
    select distinct
        plan_id,
        price_list,
        applies_to,
        valid_to as cut_on
    from versions
    where valid_to is not null
    union all
    select
        plan_id,
        null as price_list,
        'renewal' as applies_to,
        effective_on as cut_on
    from compositions
),

inside as (
    select
        items.*,
        version_days.applies_to,
        version_days.cut_on
    from items
    inner join version_days on items.plan_id = version_days.plan_id
    where
        (
            version_days.price_list is null
            or (
                version_days.price_list = items.price_list
                and items.agreed_minor is null
            )
        )
        and version_days.cut_on
        > items.from_on - items.cycle_months * 31 - items.cycle_days
        and (items.to_on is null or version_days.cut_on < items.to_on)
),

guessed as (
    select
        *,
        {{ cycle_guess('cut_on') }} as k_guess
    from inside
),

-- At renewal means on the first day of a cycle, on that day or after it.
price_days as (
    select
        subscription_id,
        item,
        from_on,
        case
            when applies_to = 'all' then cut_on
            when {{ cycle_start('k_guess - 1') }} >= cut_on
                then {{ cycle_start('k_guess - 1') }}
            when
                {{ cycle_start('k_guess') }} >= cut_on
                then {{ cycle_start('k_guess') }}
            else {{ cycle_start('k_guess + 1') }}
        end as cut_on
    from guessed
)

select * from price_days
