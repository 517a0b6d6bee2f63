"""``python -m bench --size 1m``: fill, time, and say which figures are above their limits.

One line a figure, which ends in the ratio to the floor. Ratios can be compared between machines; milliseconds cannot.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from kezhi.testing.databases import Databases

from . import complaints, credit, pages, search
from .generate import fill_tokens, keep, kept, make
from .timing import processor_clock

#: what can be timed alone
PARTS = ("credit", "record", "complaints")
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}


def run(
    kind: str,
    count: int,
    repeat: int,
    *,
    searches: int = search.TERMS,
    folder: Path | None = None,
    processor: bool = False,
    only: str | None = None,
) -> list[tuple[str, float, float | None]]:
    """All figures of one database. Without ``searches`` no search tokens are made either.

    Below ``folder`` the database is kept for the next run, which takes it as it is. ``processor`` counts the time of
    the processor instead of the clock on the wall. ``only`` one of ``PARTS`` leaves out the figures of all others.
    """
    databases = Databases(kind, folder and folder.absolute() / f"{kind}-{count}")
    try:
        made = kept(databases, count) if folder else None
        if made is None:
            start = time.perf_counter()
            made = make(databases, count)
            print(f"{made.version}: {count:,} customers in {time.perf_counter() - start:.0f} s", flush=True)
            start = time.perf_counter()
            with made.site.app.app_context():
                items = credit.fill_credit(made)
            print(f"{made.version}: {items:,} open items in {time.perf_counter() - start:.0f} s", flush=True)
            start = time.perf_counter()
            with made.site.app.app_context():
                heard = complaints.fill_complaints(made)
            print(f"{made.version}: {heard:,} complaints in {time.perf_counter() - start:.0f} s", flush=True)
            if searches:
                start = time.perf_counter()
                with made.site.app.app_context():
                    tokens = fill_tokens(made)
                print(f"{made.version}: {tokens:,} search tokens in {time.perf_counter() - start:.0f} s", flush=True)
            if folder:
                keep(databases, made)
        figures: list[tuple[str, float, float | None]] = []
        if processor:
            made.site.current_app()
            made = replace(made, clock=processor_clock(made.site.engine))
        if only in (None, "credit"):
            figures += credit.measure(made)
        if only in (None, "credit", "record"):
            figures += pages.measure(made, repeat, only)
        if only in (None, "complaints"):
            figures += complaints.measure(made, repeat)
        if searches and only is None:
            figures += search.measure(made, searches)
        made.site.close()
        return figures
    finally:
        databases.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast the product answers.")
    parser.add_argument("--size", choices=SIZES, default="10k")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--repeat", type=int, default=21, help="pairs of requests for each figure")
    parser.add_argument("--cpu", action="store_true", help="count processor time: for a machine that is busy")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the databases there, and use those kept")
    parser.add_argument("--no-search", action="store_true", help="leave out the search and its tokens")
    parser.add_argument("--only", choices=PARTS, help="nothing but the figures of this part, and no search")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a figure is above its limit")
    options = parser.parse_args()
    above = []
    for kind in options.database or ("sqlite", "postgresql"):
        searches = 0 if options.no_search or options.only else search.TERMS
        for name, ratio, limit in run(
            kind,
            SIZES[options.size],
            options.repeat,
            searches=searches,
            folder=options.keep,
            processor=options.cpu,
            only=options.only,
        ):
            if limit is not None and ratio > limit:
                above.append(f"{kind}: {name} {ratio:.1f} × (limit {limit:.1f})")
    for line in above:
        print("above its limit:", line)
    return 1 if above and options.strict else 0


if __name__ == "__main__":
    sys.exit(main())
