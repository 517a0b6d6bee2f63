"""``kezhi complaints …``."""

from __future__ import annotations

import json

import click
from sqlalchemy import select

from kezhi import Refused, acting_user, clock, db, visible_ids, writing
from kezhi.i18n import gettext as _

from .access import ALL_UNITS, HANDLE
from .clock_words import CLOCK_STATE_WORDS, clock_text
from .models import Complaint


def commands() -> list[click.Command]:
    """The commands about complaints."""
    return [clocks]


@click.command("clocks")
@click.option("--recompute", is_flag=True, help="Compute all clocks anew from the events, also those that are over.")
@click.option("--json", "as_json", is_flag=True)
def clocks(recompute: bool, as_json: bool) -> None:
    """The open complaints by the time that is left, the most urgent first."""
    from .clock_faces import Present, face_of
    from .services.clock_queries import batches
    from .services.clock_queries import recompute as compute
    from .services.following import CLOCK, COMPLAINTS
    from .services.promises import promises

    user = acting_user()
    if not user.can(HANDLE) or not user.can(ALL_UNITS):
        raise Refused(_("You may not see the clocks of all complaints."))
    done = 0
    if recompute:
        for ids in list(batches()):
            with writing():
                compute(ids)
            done += len(ids)
    present = Present(promises(), clock.now())
    rows = (
        select(COMPLAINTS.c.number, *CLOCK.c)
        .join(CLOCK, CLOCK.c.complaint_id == COMPLAINTS.c.id)
        .where(CLOCK.c.basis > "")
        .order_by(CLOCK.c.due_at.is_(None), CLOCK.c.due_at, COMPLAINTS.c.id)
    )
    seen = visible_ids(Complaint, user)
    if seen is not None:
        rows = rows.where(COMPLAINTS.c.id.in_(seen))
    found = []
    for row in db.session.execute(rows):
        face = face_of(present, row.level_id, row.minutes, row.due_at, row.remaining, row.paused)
        found.append((row, face))
    if as_json:
        data = {
            "recomputed": done,
            "complaints": [
                {
                    "number": row.number, "tier": row.tier, "demand": row.demand, "clock": row.leading,
                    "due_at": row.due_at.isoformat() if row.due_at else None, "state": face.state,
                    "left_seconds": int(face.left.total_seconds()),
                }
                for row, face in found
            ],
        }  # fmt: skip
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    if recompute:
        click.echo(_("Computed anew: %(count)s", count=done))
    for row, face in found:
        text = clock_text(face.state, face.left)
        click.echo(f"{row.number}  {row.tier:8} {row.leading:8} {CLOCK_STATE_WORDS[face.state]!s:8} {text}")
