"""The history of the schema, one file a step in `versions/`, run by Alembic when an older store is opened."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from monitor.store.fresh import ALL_METADATA as ALL_METADATA

#: Alembic keeps the migration that runs in module globals.
_ONE_AT_A_TIME = Lock()


class Newer(Exception):
    """The database has a revision that this program does not know."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the packaged migrations."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def upgrade(connection: Connection) -> None:
    """Brings the schema to its newest revision within the caller's transaction. Raises Newer."""
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config(connection), "head")
    except CommandError as error:
        if "Can't locate revision" in str(error):
            raise Newer(str(error).rpartition(" ")[2].strip("'")) from error
        raise


def head() -> str | None:
    """The newest revision in the package."""
    return ScriptDirectory.from_config(config()).get_current_head()
