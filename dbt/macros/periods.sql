{#- Months since year 0 of the month that holds a day. -#}
{% macro month_number(day) -%}
    (year({{ day }}) * 12 + month({{ day }}) - 1)
{%- endmacro %}

{#- A day of a month (counted from year 0), or the month's last day. -#}
{% macro clamped(month_number, day) -%}
    least(
        make_date(({{ month_number }}) // 12, ({{ month_number }}) % 12 + 1, 1)
        + cast({{ day }} as integer) - 1,
        last_day(make_date(({{ month_number }}) // 12, ({{ month_number }}) % 12 + 1, 1))
    )
{%- endmacro %}

{#- The day moved by months and days, clamped at the month's end. -#}
{% macro shifted(day, months, days) -%}
    ({{ clamped(month_number(day) ~ ' + ' ~ months, 'day(' ~ day ~ ')') }} + {{ days }})
{%- endmacro %}

{#- The first day of the k-th cycle; expects cycle_months, cycle_days, anchor and day_of_month. -#}
{% macro cycle_start(k) -%}
    case
        when cycle_months > 0
            then {{ clamped(
                month_number('anchor') ~ ' + (' ~ k ~ ') * cycle_months',
                'coalesce(day_of_month, day(anchor))'
            ) }}
        else anchor + cast(({{ k }}) * cycle_days as integer)
    end
{%- endmacro %}

{#- x by n in whole numbers, towards minus infinity; n > 0. -#}
{% macro floor_div(x, n) -%}
    ((({{ x }}) - ((({{ x }}) % ({{ n }})) + ({{ n }})) % ({{ n }})) // ({{ n }}))
{%- endmacro %}

{#- k of the cycle that holds a day, or one more: months have unequal lengths. -#}
{% macro cycle_guess(day) -%}
    case
        when cycle_months > 0
            then {{ floor_div(
                month_number(day) ~ ' - ' ~ month_number('anchor'),
                'greatest(cycle_months, 1)'
            ) }}
        else {{ floor_div(day ~ ' - anchor', 'greatest(cycle_days, 1)') }}
    end
{%- endmacro %}

{#- The last day of the month that holds a day. -#}
{% macro month_end(day) -%}
    last_day({{ day }})
{%- endmacro %}

{#- The month ends from one month end through another, as a list. -#}
{% macro month_ends(first, last) -%}
    list_transform(
        generate_series(
            date_trunc('month', {{ first }}),
            date_trunc('month', {{ last }}),
            interval 1 month
        ),
        lambda first_day: last_day(cast(first_day as date))
    )
{%- endmacro %}
