{#- ISO 4217: what one minor unit is worth in the major unit, exactly. -#}
{% macro minor_unit(currency) -%}
    case
        when {{ currency }} in ('ISK', 'JPY') then 1.000
        when {{ currency }} in ('KWD', 'BHD') then 0.001
        else 0.010
    end
{%- endmacro %}

{#- How many minor units make one major unit. -#}
{% macro units_of_major(currency) -%}
    case
        when {{ currency }} in ('ISK', 'JPY') then cast(1 as decimal(4, 0))
        when {{ currency }} in ('KWD', 'BHD') then cast(1000 as decimal(4, 0))
        else cast(100 as decimal(4, 0))
    end
{%- endmacro %}

{#- An amount as people read it; only at the edge of a mart. -#}
{% macro major(amount_minor, currency) -%}
    cast({{ amount_minor }} * {{ minor_unit(currency) }} as decimal(18, 3))
{%- endmacro %}

{#- x * part / whole in whole numbers, half away from zero. -#}
{% macro rounded_share(x, part, whole) -%}
    cast(
        sign({{ x }}) * (
            (2 * abs(cast({{ x }} as hugeint)) * ({{ part }}) + ({{ whole }}))
            // (2 * ({{ whole }}))
        ) as bigint
    )
{%- endmacro %}

{#- A rate in money: x millionths by a whole number, half away from zero. -#}
{% macro money_div(x_millionths, n) -%}
    cast(
        cast(
            sign({{ x_millionths }}) * (
                (2 * abs(cast({{ x_millionths }} as hugeint)) + ({{ n }}))
                // (2 * ({{ n }}))
            ) as decimal(24, 0)
        ) * 0.000001 as decimal(18, 6)
    )
{%- endmacro %}
