"""One Flask app for one set of enabled plugins: wiring only, in one ordered list of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, redirect, url_for
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import Engine

from . import bytecode
from .config import Config
from .contributions import Check, Clause, Job, ListTool, Metric, Permission, RecordLink
from .db import db, dispose_models, model_base
from .errors import PluginError
from .host import Calls, Host
from .i18n import choose_locale, template_gettext
from .migrate import kernel_folder
from .permissions import acting_user, check_routes, guard_request, logged_in, public
from .plugin import Plugin
from .security import init_security
from .sessions import init_sessions
from .settings import SettingsForm
from .shell import init_shell, kernel_blueprint, menu_items
from .visibility import AccessRegistry

if TYPE_CHECKING:
    from .site import Site


@dataclass
class Kernel:
    """What the code of one app shares: ``current_app.extensions["kezhi"]``. Immutable once the app is built."""

    config: Config
    host: Host
    generation: int
    site: Site | None = None
    permissions: dict[str, Permission] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    checks: list[tuple[str, Check]] = field(default_factory=list)
    settings: dict[str, type[SettingsForm]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    links: list[tuple[str, RecordLink]] = field(default_factory=list)
    clauses: list[tuple[str, Clause]] = field(default_factory=list)
    list_tools: list[ListTool] = field(default_factory=list)
    access: AccessRegistry = field(default_factory=lambda: AccessRegistry([]))
    #: tables of plugins that hide rows but cannot load, with those plugins and whether they kept the hidden ids
    withheld: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)

    @property
    def plugins(self) -> dict[str, Plugin]:
        return self.host.plugins

    @property
    def call(self) -> Calls:
        return self.host.call

    def outdated(self) -> bool:
        """Whether another process changed the plugins after this app was built."""
        return self.site is not None and self.site.read_generation() != self.generation


def create_app(
    config: Config,
    engine: Engine,
    plugins: Sequence[Plugin],
    *,
    keys: dict[str, bytes],
    generation: int = 0,
    site: Site | None = None,
    withheld: dict[str, list[tuple[str, bool]]] | None = None,
) -> Flask:
    """Build the app. Errors: ``PluginError`` naming the one plugin that cannot be used."""
    app = Flask("kezhi", static_folder=None, template_folder=None)
    app.secret_key = keys["session"]
    app.url_map.strict_slashes = False
    app.config.update(
        KEZHI_ENGINE=engine,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        KEZHI_KEYS=keys,
        SQLALCHEMY_DATABASE_URI=str(config.database_url),
        **config.options,
    )
    _load_models(plugins)
    kernel = Kernel(config, Host(plugins), generation, site, withheld=withheld or {})
    kernel.host.on_dropped = site.note_dropped if site is not None else None
    app.extensions["kezhi"] = kernel
    db.init_app(app)
    _init_languages(app, plugins)
    _init_templates(app, plugins)
    init_sessions(app)
    init_security(app)
    app.register_blueprint(kernel_blueprint())
    _add_own_routes(app)
    init_shell(app)
    with app.app_context():
        _collect(kernel)
        _add_blueprints(app, kernel)
    app.before_request(guard_request)
    check_routes(app.view_functions, frozenset(kernel.permissions))
    return app


def _load_models(plugins: Sequence[Plugin]) -> None:
    """Import and configure each plugin's mappers by themselves: one that cannot resolve harms nobody else."""
    for plugin in plugins:
        try:
            implementation: Any = getattr(plugin, "register_models", None)
            models = implementation() if implementation is not None else []
            for model in models:
                if not model.__tablename__.startswith(f"{plugin.name}_"):
                    raise PluginError(plugin.name, f"table {model.__tablename__!r} lacks the prefix {plugin.name}_")
            if models:
                model_base(plugin.name).registry.configure(cascade=True)
        except Exception as error:
            dispose_models(plugin.name, f"{plugin.name}_")
            if isinstance(error, PluginError):
                raise
            raise PluginError(plugin.name, f"models: {type(error).__name__}: {error}", stage="models") from error


def _init_languages(app: Flask, plugins: Sequence[Plugin]) -> None:
    folders = [str(kernel_folder().parent / "translations")]
    # a folder without a compiled catalogue would bring the English plural rule to all the others
    found = [folder for plugin in plugins if (folder := plugin.folder("translations"))]
    folders += [str(folder) for folder in found if any(folder.glob("*/LC_MESSAGES/messages.mo"))]
    # one instance per app: it caches the catalogues, and those are the enabled plugins' own
    Babel(app, default_translation_directories=";".join(folders), locale_selector=choose_locale)


def _init_templates(app: Flask, plugins: Sequence[Plugin]) -> None:
    """Templates by folder, kernel first: a plugin has its own folder inside and cannot replace the core's."""
    folders = [kernel_folder().parent / "templates"]
    folders += [folder for plugin in plugins if (folder := plugin.folder("templates"))]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(str(folder)) for folder in folders])
    app.jinja_env.bytecode_cache = bytecode.shared
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(_=template_gettext, gettext=template_gettext)


def _collect(kernel: Kernel) -> None:
    """Ask the build hooks once; what they answer is part of the app."""
    call = kernel.call.attributed
    for name, permission in call.register_permissions():
        _own(name, permission.key, "permission")
        kernel.permissions[permission.key] = permission
    for name, metric in call.register_metrics():
        _own(name, metric.key, "metric")
        kernel.metrics[metric.key] = metric
    kernel.access = AccessRegistry([access for _, access in call.register_access()])
    for name, job in call.register_jobs():
        _own(name, job.key, "job")
        kernel.jobs[job.key] = job
    for name, form in call.register_settings():
        if name in kernel.settings:
            raise PluginError(name, "register_settings returns one form class", stage="settings")
        kernel.settings[name] = form
    for name, tool in call.register_list_tools():
        _own(name, tool.key, "list tool")
        kernel.list_tools.append(tool)
    kernel.links = call.register_record_links()
    for name, link in kernel.links:
        if not link.table.startswith(f"{name}_"):
            raise PluginError(name, f"record link {link.table!r} is not a table of {name}", stage="names")
    kernel.clauses = call.register_clauses()
    kernel.checks = call.doctor_checks()


def _own(plugin: str, key: str, kind: str) -> None:
    if not key.startswith(f"{plugin}."):
        raise PluginError(plugin, f"{kind} {key!r} must start with {plugin}.", stage="names")


def _add_blueprints(app: Flask, kernel: Kernel) -> None:
    for name, blueprint in kernel.call.attributed.register_blueprints():
        if blueprint.name != name:
            raise PluginError(name, f"blueprint {blueprint.name!r} must be called {name!r}", stage="names")
        before = set(app.view_functions)
        try:
            app.register_blueprint(blueprint)
        except Exception as error:
            raise PluginError(name, f"blueprint: {error}", stage="blueprints") from error
        added = {endpoint: app.view_functions[endpoint] for endpoint in set(app.view_functions) - before}
        try:
            check_routes(added, frozenset(kernel.permissions))
        except Exception as error:
            raise PluginError(name, str(error), stage="permissions") from error


def _add_own_routes(app: Flask) -> None:
    @app.get("/health")
    @public
    def health() -> Response:
        kernel: Kernel = app.extensions["kezhi"]
        return jsonify(status="ok", generation=kernel.generation, plugins=list(kernel.plugins))

    @app.get("/")
    @logged_in
    def home() -> Any:
        """The first page that the user may open."""
        items = sorted(menu_items(acting_user()), key=lambda item: item.endpoint != "customers.index")
        return redirect(url_for(items[0].endpoint if items else "accounts.me"))
