-- Fails for every column of floating point whose name says money.
-- depends_on: {{ ref('kpi_values') }}
select
    table_name,
    column_name
from duckdb_columns()
where
    data_type in ('DOUBLE', 'FLOAT')
    and regexp_matches(column_name, '(minor|mrr|amount|balance|delta|value|total)')
    and not internal
