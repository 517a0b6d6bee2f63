"""Records for tests, made through the services that pages use."""

from __future__ import annotations

from itertools import count
from typing import Any

from ..db import writing

_numbers = count(1)


def make_customer(**values: Any) -> Any:
    """A customer with a code and a name of its own unless ``values`` says otherwise."""
    from ..builtin.customers.services import create_customer

    number = next(_numbers)
    with writing():
        return create_customer({"code": f"T{number:05d}", "name": f"测试客户{number}", **values})


def make_department(name: str = "", **values: Any) -> int:
    """A department; answers its id."""
    from ..builtin.accounts.services import add_department

    with writing():
        return int(add_department(name or f"测试部门{next(_numbers)}", **values).id)
