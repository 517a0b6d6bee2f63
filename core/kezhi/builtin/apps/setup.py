"""First set-up of an installation: keys, kernel tables, builtins, the company and its first administrator."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from kezhi import PluginError, Refused, lifecycle, migrate, set_setting, writing
from kezhi.config import Config
from kezhi.db import make_engine
from kezhi.discover import discover
from kezhi.keys import NAMES, load_keys
from kezhi.money import known_currency
from kezhi.resolve import ordered
from kezhi.site import Site


def prepare(config: Config) -> Site:
    """Make keys, kernel tables and builtins where they are absent; harmless when all is there."""
    if not config.data.exists():
        config.data.mkdir(parents=True)
        config.data.chmod(0o700)  # customers' data: for the account that runs Kezhi only
    create_keys(config.keys)
    engine = make_engine(config.database_url)
    try:
        with engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
            migrate.upgrade(connection, migrate.KERNEL, migrate.kernel_folder())
    finally:
        engine.dispose()
    site = Site(config)
    lifecycle.enable_builtins(site)
    return site


def create_keys(path: Path) -> dict[str, bytes]:
    """Make the key file if there is none, and return the keys in force. It is there whole or not at all."""
    if path.exists():
        return load_keys(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump({name: secrets.token_hex(32) for name in NAMES}, file)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # somebody else was first: theirs are in force
        os.link(part, path)
    part.unlink()
    return load_keys(path)


def migrate_all(site: Site) -> list[str]:
    """Bring the tables of the kernel and every enabled plugin up to the installed code; returns what moved."""
    moved = []
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        lifecycle.lock(connection)
        before = migrate.current(connection, migrate.KERNEL)
        migrate.upgrade(connection, migrate.KERNEL, migrate.kernel_folder())
        if migrate.current(connection, migrate.KERNEL) != before:
            moved.append(migrate.KERNEL)
    candidates = discover()
    for name in ordered(site.read_enabled(), candidates):
        if name in candidates and candidates[name].plugin is not None:
            try:
                moved += [name] if lifecycle.upgrade(site, name) else []
            except (PluginError, Refused):
                if candidates[name].builtin:
                    raise
    return moved


def initialise(config: Config, *, company: str, admin: str, currency: str = "CNY") -> tuple[Site, str]:
    """Set up the company; returns the site and the administrator's one-time password.

    Errors: ``Refused`` once an administrator exists: the first set-up closes for ever.
    """
    company, admin = company.strip(), admin.strip()
    if not company or not admin:
        raise Refused("give the company's name and the administrator's login")
    if not known_currency(currency):
        raise Refused(f"{currency!r} is not a currency code; write for example CNY")
    site = prepare(config)
    from ..accounts import services as accounts

    with site.app.app_context():
        password = accounts.create_first_administrator(admin)
        with writing():
            set_setting("kezhi", "company", company)
            set_setting("kezhi", "currency", currency)
    return site, password
