"""Alembic's entry: migrations run over the connection that session.py hands in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="public",
)
with context.begin_transaction():
    context.run_migrations()
