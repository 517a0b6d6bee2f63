"""``kezhi serve --plugin PATH``: a plugin runs from its folder while it is being written.

Its metadata are written to a folder below the data folder, as pip would write them on installing it; that folder and
the plugin's own stand on the path of this process and of all it starts. With ``--reload`` a process serves until a
file changes, and the next one takes its place; the first one keeps the port open meanwhile, so that requests wait
and are not refused.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from .. import lifecycle
from ..builtin.apps.serve import apart, prepare, serve, serve_by_threads
from ..config import Config
from ..discover import GROUP
from ..errors import PluginError, Refused
from ..site import Site

#: Files whose change the pages show.
WATCHED = frozenset((".py", ".html", ".po", ".toml", ".css", ".js", ".svg"))
LEFT_OUT = frozenset(("__pycache__", "build", "dist", "node_modules", "tests", "var"))
#: Set for the process that serves, to the number of the open port's descriptor.
CHILD = "KEZHI_LIVE"
#: The exit status that asks for the next process.
AGAIN = 3
INTERVAL = 0.4  #: seconds between two looks at the files


@dataclass(frozen=True, slots=True)
class Source:
    """A plugin's distribution as its folder describes it."""

    folder: Path
    distribution: str
    version: str
    summary: str
    requires: tuple[str, ...]
    plugins: dict[str, str]  #: entry points: name and object

    @property
    def roots(self) -> list[Path]:
        """The folders that its packages may lie in."""
        return [self.folder, *filter(Path.is_dir, [self.folder / "src"])]


def read_source(folder: Path) -> Source:
    """Read ``pyproject.toml``. Errors: ``Refused`` with what is missing."""
    folder = folder.absolute()
    file = folder / "pyproject.toml"
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        return Source(
            folder,
            str(project["name"]),
            str(project.get("version", "0")),
            str(project.get("description", "")).replace("\n", " "),
            tuple(project.get("dependencies", ())),
            dict(project["entry-points"][GROUP]),
        )
    except FileNotFoundError:
        raise Refused(f"{folder} holds no plugin: there is no pyproject.toml in it") from None
    except (OSError, ValueError) as error:
        raise Refused(f"{file} cannot be read: {error}") from None
    except KeyError as error:
        raise Refused(
            f'{file} describes no plugin: {error} is missing (project, name, entry-points."{GROUP}")'
        ) from None


def expose(source: Source, shelves: Path) -> None:
    """Let this process, and those it starts, see the plugin as if it were installed; its metadata go to ``shelves``."""
    shelf = shelves / source.distribution
    shutil.rmtree(shelf, ignore_errors=True)
    information = shelf / f"{source.distribution.replace('-', '_')}-{source.version}.dist-info"
    information.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {source.distribution}", f"Version: {source.version}"]
    lines += [f"Summary: {source.summary}", *[f"Requires-Dist: {requirement}" for requirement in source.requires]]
    (information / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    entries = [f"[{GROUP}]", *[f"{name} = {value}" for name, value in source.plugins.items()]]
    (information / "entry_points.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
    paths = [str(path) for path in (shelf, *source.roots)]
    sys.path[:] = [*paths, *(path for path in sys.path if path not in paths)]
    inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path not in paths]
    os.environ["PYTHONPATH"] = os.pathsep.join([*paths, *inherited])


def watched_files(folder: Path, data: Path) -> Iterator[Path]:
    """The files of the plugin whose change is to be seen; its tests and what tools leave behind are not among them."""
    for root, folders, names in os.walk(folder):
        inside = Path(root)
        folders[:] = [each for each in folders if each[0] != "." and each not in LEFT_OUT and inside / each != data]
        yield from (inside / name for name in names if Path(name).suffix in WATCHED)


def compile_catalogues(folder: Path) -> None:
    """Make the ``.mo`` files that are older than their ``.po``. A catalogue that cannot be read is left as it is."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    for source in sorted(folder.rglob("translations/*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            with source.open("rb") as file:
                catalogue = read_po(file, abort_invalid=True)
            with target.open("wb") as file:
                write_mo(file, catalogue)
        except (OSError, ValueError, PoFileError) as error:
            click.echo(f"kezhi: {source}: {error}", err=True)


def bring_up(config: Config, source: Source) -> None:
    """Migrate everything and enable the plugin with what it needs; why it does not run is said, the rest is served."""
    compile_catalogues(source.folder)
    prepare(config)
    site = Site(config)
    try:
        with site.app.app_context():
            for name in source.plugins:
                try:
                    lifecycle.enable(site, name)
                    click.echo(f"kezhi: {name} runs from {source.folder}", err=True)
                except (Refused, PluginError) as error:
                    click.echo(f"kezhi: {name} does not run: {error}", err=True)
    finally:
        site.close()


def serve_live(
    config: Config, folder: Path, *, host: str, port: int, workers: int = 1, jobs: bool = True, reload: bool = False
) -> None:
    """Serve with the plugin in ``folder``. Errors: ``Refused``, ``ConfigurationError``."""
    if reload and CHILD in os.environ:
        _serve_until_changed(config, folder.absolute(), jobs, host, port)
    source = read_source(folder)
    if reload:
        Site(config).close()  # a company that is not set up is said now, not at every change
        _open_port(host, port)
        _start_over_and_over()
    expose(source, config.data / "live")
    apart(lambda: bring_up(config, source))
    serve(config, host=host, port=port, workers=workers, jobs=jobs)


# ── --reload: the first process ─────────────────────────────────────────────────────────────────────────────────


def _open_port(host: str, port: int) -> None:
    """Listen already while nobody serves yet, and while one process follows another."""
    os.environ[CHILD] = ""
    if os.name != "nt":  # there, sockets are not inherited
        listening = socket.create_server((host, port), backlog=128)
        listening.set_inheritable(True)
        os.environ[CHILD] = str(listening.detach())


def _start_over_and_over() -> NoReturn:
    """Let one process after another serve, each with the files as they are then."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        child = subprocess.Popen([sys.executable, *sys.orig_argv[1:]], close_fds=False)
        try:
            status = child.wait()
        except BaseException:
            child.terminate()
            child.wait()
            raise
        if status != AGAIN:
            sys.exit(status)


# ── --reload: the process that serves ───────────────────────────────────────────────────────────────────────────


def _serve_until_changed(config: Config, folder: Path, jobs: bool, host: str, port: int) -> NoReturn:
    """Serve until a file changes; requests under way are finished. What fails is said, and tried at the next change."""
    sys.dont_write_bytecode = True  # two changes within a second would be told apart by their size only
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    changed = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(AGAIN if changed.is_set() else 0))
    threading.Thread(target=_wait_for_change, args=(folder, config.data, changed), daemon=True).start()
    try:
        _bring_up_readable(config, folder)
        inherited = os.environ[CHILD]
        listen: dict[str, Any] = {"host": host, "port": port}
        if inherited:
            listen = {"sockets": [socket.socket(fileno=int(inherited))]}
        serve_by_threads(config, jobs=jobs, **listen)
    except Exception:
        traceback.print_exc()
        changed.wait()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(AGAIN if changed.is_set() else 0)  # nothing else of this process is worth waiting for


def _bring_up_readable(config: Config, folder: Path) -> None:
    """Bring the plugin up; with metadata that cannot be read it is missing, and the rest is served."""
    try:
        source = read_source(folder)
    except Refused as error:
        click.echo(f"kezhi: {error}", err=True)
        prepare(config)
    else:
        expose(source, config.data / "live")
        bring_up(config, source)


def _wait_for_change(folder: Path, data: Path, changed: threading.Event) -> None:
    """Ask the process to stop once a file was changed, added or removed."""
    before = _times(folder, data)
    while (after := _times(folder, data)) == before:
        time.sleep(INTERVAL)
    names = sorted(str(path.relative_to(folder)) for path, _time in before ^ after)
    click.echo(f"kezhi: changed: {', '.join(dict.fromkeys(names))}", err=True)
    changed.set()
    if os.name == "nt":
        os._exit(AGAIN)  # there is no signal that could be handled
    os.kill(os.getpid(), signal.SIGTERM)


def _times(folder: Path, data: Path) -> set[tuple[Path, int]]:
    """The watched files with the time of their last change."""
    found = set()
    for path in watched_files(folder, data):
        with suppress(FileNotFoundError):
            found.add((path, path.stat().st_mtime_ns))
    return found
