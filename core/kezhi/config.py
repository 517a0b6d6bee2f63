"""Where an installation keeps its things: the data folder, the database, the key file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one process. ``options`` go into the Flask configuration (tests set ``TESTING`` there)."""

    data: Path
    database_url: URL
    keys: Path
    generation_ttl: float = 0.0  #: seconds a worker may serve without asking for the generation; 0 = ask every time
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"


def database_url(text: str) -> URL:
    """Parse ``KEZHI_DATABASE_URL``; ``postgresql://`` means psycopg 3.

    Errors: ``ConfigurationError`` for anything that is not SQLite or PostgreSQL.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(
            "KEZHI_DATABASE_URL is not a database address; write postgresql://USER@HOST:PORT/NAME or sqlite:////PATH"
        ) from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url
    raise ConfigurationError(f"KEZHI_DATABASE_URL names {backend!r}; Kezhi runs on sqlite or postgresql")


def from_environment(environ: Mapping[str, str] = os.environ, **options: Any) -> Config:
    """The configuration that the environment describes (``KEZHI_DATA``, ``KEZHI_DATABASE_URL``, ``KEZHI_KEYS``)."""
    data = Path(environ.get("KEZHI_DATA") or platformdirs.user_data_dir("kezhi", appauthor=False)).absolute()
    text = environ.get("KEZHI_DATABASE_URL") or f"sqlite:///{data / 'kezhi.db'}"
    return Config(
        data=data,
        database_url=database_url(text),
        keys=Path(environ.get("KEZHI_KEYS") or data / "kezhi.keys").absolute(),
        generation_ttl=float(environ.get("KEZHI_GENERATION_TTL") or 0),
        options=options,
    )
