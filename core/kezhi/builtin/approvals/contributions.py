"""What plugins give to have something approved (APR-01…03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Request

Text = Any


EVERYBODY = 0  #: ``needs`` of a step that all of its people have to sign


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an approval. Exactly one of these says who signs it:

    ``role``: whoever has the role when signing. ``user_id``: one person. ``people``: these persons, by id.
    ``manager_level``: the manager of the maker's department (1), of the one above it (2) and so on; a manager's own
    request goes to the next manager above.

    ``needs`` of them have to sign; :data:`EVERYBODY` means all (of a role: who has it when the round begins). With
    ``above`` the step applies only where the proposal's ``amount`` is greater. ``title`` is ``{"zh": …, "en": …}``; it
    is stored with the request.
    """

    title: Mapping[str, str]
    role: str | None = None
    user_id: int | None = None
    people: tuple[int, ...] = ()
    manager_level: int | None = None
    needs: int = 1
    above: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is put to the signers: a snapshot that any page can show, and the digest that the signatures bind to.

    ``snapshot`` is plain JSON: ``{"facts": [[label, value], …], "table": {"head": [label, …], "rows": [[…], …]},
    "links": [[label, address], …]}`` where a label is ``{"zh": …, "en": …}`` or a string. ``reference`` is the
    plugin's own id of the subject. ``amount`` (smallest unit of the currency) decides about steps with a limit.
    """

    kind: str
    reference: str
    title: Mapping[str, str]
    digest: str
    steps: tuple[Step, ...]
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """How a kind of proposal is carried out.

    ``digest(request)`` computes the digest of the subject as it stands now; it must equal the signed one at every
    signature. ``apply(request)`` makes it effective, in the last signature's transaction. ``closed(request, outcome)``
    is told when it ends otherwise: ``returned``, ``rejected``, ``withdrawn`` or ``void``.
    """

    kind: str
    title: Text
    digest: Callable[[Request], str]
    apply: Callable[[Request], None]
    closed: Callable[[Request, str], None]
    address: Callable[[Request], str | None] = lambda request: None
