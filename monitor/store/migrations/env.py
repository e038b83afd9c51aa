"""Run by Alembic: migrates over the connection that `upgrade` was given, in that connection's transaction."""

from alembic import context
from sqlalchemy import text

from monitor.store.migrations import ALL_METADATA

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # Two processes that start at once migrate one after the other. SQLite's BEGIN IMMEDIATE holds the same.
    connection.execute(text("SELECT pg_advisory_xact_lock(7228928)"))
context.configure(connection=connection, target_metadata=list(ALL_METADATA), transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
