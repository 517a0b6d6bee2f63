"""Who acts: the person, or the system itself. Plain values, so that nothing here is ever expired or reloaded."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """The person (or the system) on whose behalf something happens.

    ``id`` is None for the system and for anonymous visitors. ``departments`` holds the person's department and all
    below it.
    """

    id: int | None
    login: str
    name: str
    permissions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    department_id: int | None = None
    all_permissions: bool = False
    locale: str | None = None
    theme: str | None = None
    must_change_password: bool = False
    is_active: bool = True
    extra: dict[str, object] = field(default_factory=dict, compare=False, hash=False)

    @property
    def is_system(self) -> bool:
        return self.id is None and self.all_permissions

    @property
    def is_authenticated(self) -> bool:
        return self.id is not None

    @property
    def is_anonymous(self) -> bool:
        return self.id is None

    def get_id(self) -> str:
        return str(self.id)

    def can(self, permission: str | None) -> bool:
        """True when the user has ``permission``; None asks for nothing but being logged in (or the system)."""
        if permission is None:
            return self.is_authenticated or self.is_system
        return self.all_permissions or permission in self.permissions


#: Commands and jobs without a named person act as this.
SYSTEM = User(id=None, login="system", name="system", all_permissions=True)
#: Who has not logged in.
ANONYMOUS = User(id=None, login="", name="")
