"""What every test may count on: logging as it was, whatever the test before it has set; and a PostgreSQL server for
those that ask for one."""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import create_engine, text


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands that are run within a test set up logging for the whole process; none of that outlives the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server for these tests alone, on a socket in a folder of its own; without one here they are skipped.

    Gives the URL of a database; `{}` in it stands for the name. `make postgresql` says how to get a server.
    """
    initdb = _postgresql_program("initdb")
    if initdb is None:
        pytest.skip("no PostgreSQL on this machine: `make postgresql` gets one")
    # It refuses to run as root.
    user = None if os.getuid() else "nobody"
    folder = Path(tempfile.mkdtemp(prefix="pw-pg-"))
    data = folder / "data"
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    quick = f"-c fsync=off -c full_page_writes=off -c listen_addresses= -c max_connections=30 -k {folder}"
    control = initdb.with_name("pg_ctl")
    try:
        _run(user, str(initdb), "-D", str(data), "-U", "pactwatch", "-A", "trust", "-E", "UTF8", "--no-sync")
        _run(
            user, str(control), "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", f"{quick} -k {folder}"
        )
        yield f"postgresql+psycopg://pactwatch@/{{}}?host={folder}"
        _run(user, str(control), "stop", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql: str) -> str:
    """Of a new and empty database on the server."""
    name = f"t{uuid4().hex}"
    maintenance = create_engine(postgresql.format("postgres"), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    maintenance.dispose()
    return postgresql.format(name)


def _postgresql_program(name: str) -> Path | None:
    """A program of the server: from the PATH, from Debian's folder, or from the wheel."""
    wheels = Path(pytest.__file__).parent.parent.glob(f"*pgserver/pginstall/bin/{name}")
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True), *wheels]
    named = shutil.which(name)
    return Path(named).resolve() if named else next(iter(found), None)


def _run(user: str | None, *command: str) -> None:
    done = subprocess.run(
        command, user=user, cwd="/", capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]}
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout} {done.stderr}"
