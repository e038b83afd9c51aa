"""What the tables of the store share: the metadata with its names, and columns that many of them have."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, MetaData, false, text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def no(name: str) -> Column[bool]:
    """A flag that is off where nothing is said."""
    return Column(name, Boolean, nullable=False, server_default=false())


def zero(name: str) -> Column[int]:
    """A count that begins at 0."""
    return Column(name, Integer, nullable=False, server_default=text("0"))
