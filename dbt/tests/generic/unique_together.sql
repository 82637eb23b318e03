{#- Fails for every combination of the columns that more than one row has. The hash
    finds the suspects in one cheap pass; only they are compared column by column. -#}
{% test unique_together(model, columns) %}
    with suspects as (
        select hash({{ columns | join(', ') }}) as row_hash
        from {{ model }}
        group by row_hash
        having count(*) > 1
    )

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    where hash({{ columns | join(', ') }}) in (select row_hash from suspects)
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
