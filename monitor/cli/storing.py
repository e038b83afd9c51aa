"""The store for a command, and the configuration with what commands added to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.load import Loaded
    from config.settings import Config
    from monitor.store import Store

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@contextmanager
def opened(loaded: Loaded, *, read_only: bool = False) -> Iterator[Store]:
    """The store of a configuration, made where it is not there yet. ClickException in plain words where it cannot."""
    from monitor.daemon.works import database_url
    from monitor.store import Store, StoreError

    try:
        if not read_only:
            loaded.data_dir.mkdir(parents=True, exist_ok=True)
        store = Store.open(database_url(loaded), read_only=read_only)
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{loaded.data_dir}: {(error.strerror or str(error)).lower()}") from error


@contextmanager
def reading(loaded: Loaded) -> Iterator[Connection]:
    """A connection that only reads. ClickException where there is no database yet."""
    with opened(loaded, read_only=True) as store, store.read() as connection:
        yield connection


@contextmanager
def looking(loaded: Loaded) -> Iterator[Connection | None]:
    """A connection that only reads; None where there is no database yet. ClickException where it cannot be read."""
    from monitor.daemon.works import database_url
    from monitor.store import NoLedger, Store, StoreError

    try:
        store = Store.open(database_url(loaded), read_only=True)
    except NoLedger:
        yield None
        return
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    try:
        with store.read() as connection:
            yield connection
    finally:
        store.close()


@contextmanager
def writing(loaded: Loaded) -> Iterator[Connection]:
    """One transaction: all of it is stored at the end, or nothing."""
    with opened(loaded) as store, store.begin() as connection:
        yield connection


def revealed(reference: str) -> str | None:
    """The secret behind `env:NAME` or `file:/path`, None where there is none."""
    from config.references import reveal

    return reveal(reference, os.environ)


def everybody(loaded: Loaded, *, signing: bool = True) -> Config:
    """The configuration with what commands added and paused; the files alone where there is no database yet.

    With `signing` each webhook has all secrets that sign now, otherwise the configured one.
    """
    from datetime import UTC, datetime

    from alerts.rotation import rotated

    found = _with_commanded(loaded)
    return rotated(found, loaded.data_dir, datetime.now(UTC)) if signing else found


def _with_commanded(loaded: Loaded) -> Config:
    from alerts.directory import effective

    with looking(loaded) as connection:
        return loaded.config if connection is None else effective(connection, loaded.config, revealed)
