"""What plugins give to have something approved (APR-01…03)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Request

Text = Any


EVERYBODY = 0  #: ``needs`` of a step that all of its people have to sign

#: what ``late`` of a step says: after the limit its signers are reminded each working day, and after twice the limit
#: their managers learn of it; or the managers learn of it as soon as the limit is over
REMIND, ESCALATE = "remind", "escalate"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an approval. Exactly one of these says who signs it:

    ``role``: whoever has the role when signing. ``user_id``: one person. ``people``: these persons, by id.
    ``manager_level``: the manager of the maker's department (1), of the one above it (2) and so on; a manager's own
    request goes to the next manager above.

    ``needs`` of them have to sign; :data:`EVERYBODY` means all (of a role: who has it when the round begins). With
    ``in_turn`` all of them sign one after the other: people in their order, who has a role by name, and the managers
    from the first up to ``manager_level``.

    With ``above`` the step applies only where the proposal's ``amount`` is greater, with ``up_to`` only where it is
    not, with ``department_id`` only to makers of that department and those below it. ``hours`` is the limit of working
    time (None: that of the company), ``late`` what happens after it: :data:`REMIND` or :data:`ESCALATE`. ``title`` is
    ``{"zh": …, "en": …}``; it is stored with the request.
    """

    title: Mapping[str, str]
    role: str | None = None
    user_id: int | None = None
    people: tuple[int, ...] = ()
    manager_level: int | None = None
    needs: int = 1
    above: int | None = None
    up_to: int | None = None
    department_id: int | None = None
    in_turn: bool = False
    hours: int | None = None
    late: str = REMIND


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is put to the signers: a snapshot that any page can show, and the digest that the signatures bind to.

    ``snapshot`` is plain JSON: ``{"facts": [[label, value], …], "table": {"head": [label, …], "rows": [[…], …]},
    "links": [[label, address], …], "text": "…"}`` where a label is ``{"zh": …, "en": …}`` or a string. ``reference``
    is the plugin's own id of the subject. ``amount`` (smallest unit of the currency) decides about steps with a limit.

    ``steps`` are what the app ships; left out, they are those of its kind. The flow that the company keeps for the
    kind takes their place.

    ``barred`` are people, by id, whom the subject is about: none of them gets a step or a seat, whoever the flow names.
    Where one of them would sign, the next manager above does; where nobody is left, it cannot be put up.
    """

    kind: str
    reference: str
    title: Mapping[str, str]
    digest: str
    steps: tuple[Step, ...] = ()
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    amount: int | None = None
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """How a kind of proposal is carried out.

    ``digest(request)`` computes the digest of the subject as it stands now; it must equal the signed one at every
    signature. ``apply(request)`` makes it effective, in the last signature's transaction. ``closed(request, outcome)``
    is told when it ends otherwise: ``returned``, ``rejected``, ``withdrawn`` or ``void``.

    ``steps()`` is the flow that the app ships: it holds until the company keeps one of its own. ``amount`` names what
    the proposals' amount is (``_l("Amount of the contract")``), None for a kind whose proposals have none.

    ``barred(request)`` are people, by id, whom the subject is about now: they decide nothing about it, in nobody's
    place either, and nothing is passed on to them. They are asked at every decision; ``Proposal.barred`` says it when
    the steps are made.
    """

    kind: str
    title: Text
    digest: Callable[[Request], str]
    apply: Callable[[Request], None]
    closed: Callable[[Request, str], None]
    address: Callable[[Request], str | None] = lambda request: None
    steps: Callable[[], tuple[Step, ...]] = tuple
    amount: Text | None = None
    barred: Callable[[Request], Collection[int]] = lambda request: ()
