"""Checks that every plugin has to pass. One line in a plugin's tests gives them all::

    from kezhi.testing.conformance import conformance_of

    globals().update(conformance_of("visits"))

Each check answers with sentences that say what is wrong and how to mend it; none is a plugin that is made right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import damage, data, lists, manners, pages, records, static
from .subject import Examples, Subject

Check = Callable[[Subject], list[str]]

#: every check by name, the cheap ones first
CHECKS: dict[str, Check] = {
    check.__name__.removeprefix("check_"): check
    for module in (static, manners, data, damage, records, pages, lists)
    for check in module.CHECKS
}


def problems_of(subject: Subject, check: str) -> list[str]:
    """What a check says of a plugin; an error in the plugin's own code is one of the things it may say."""
    try:
        return CHECKS[check](subject)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return [f"{subject.name}: the check “{check}” was stopped by {text}: mend the code that raises it"]
    finally:
        subject.close()


def conformance_of(
    name: str, *, examples: Examples | None = None, beside: tuple[str, ...] = ()
) -> dict[str, Callable[..., None]]:
    """Tests for the installed plugin ``name``, to be put among a test module's names.

    ``examples(app, customer_id)`` makes records of the plugin and answers values for the parameters of its addresses,
    by parameter (``{"record_id": 7}``); without it a row is made in each of the plugin's tables. ``beside`` names
    plugins that the examples need and the plugin does not.
    """

    def test_for(check: str) -> Callable[..., None]:
        def test(databases: Any) -> None:
            found = problems_of(Subject(name, databases, examples, beside), check)
            if found:
                pytest.fail("\n".join(found), pytrace=False)

        test.__name__ = f"test_conformance_{check}"
        test.__doc__ = CHECKS[check].__doc__
        marked: Callable[..., None] = pytest.mark.conformance(test)
        return marked

    return {f"test_conformance_{check}": test_for(check) for check in CHECKS}
