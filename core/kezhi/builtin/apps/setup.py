"""First set-up of an installation: keys, kernel tables, builtins, the company and its first administrator."""

from __future__ import annotations

from kezhi import Refused, migrate, set_setting, writing
from kezhi.config import Config
from kezhi.db import make_engine
from kezhi.keys import create_keys
from kezhi.lifecycle import enable_builtins
from kezhi.money import known_currency
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
    enable_builtins(site)
    return site


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
