"""The error tree: complete, sorted, coded."""

from __future__ import annotations

import pytest

from cockpit import errors
from cockpit.errors import CockpitError

CLASSES = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, CockpitError)]


def test_all_is_sorted_and_complete() -> None:
    raised = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    assert raised == {cls.__name__ for cls in CLASSES}
    assert errors.__all__ == sorted(cls.__name__ for cls in CLASSES)


def test_each_stage_is_one_class_and_in_the_docstring() -> None:
    assert len({cls.stage for cls in CLASSES}) == len(CLASSES)
    assert errors.__doc__ is not None
    assert all(cls.__name__ in errors.__doc__ for cls in CLASSES)


@pytest.mark.parametrize("cls", CLASSES)
def test_code_is_stage_and_reason(cls: type[CockpitError]) -> None:
    error = cls("too-late", "it came too late")
    assert isinstance(error, CockpitError)
    assert error.code == f"{cls.stage}-too-late"
    assert str(error) == f"it came too late [{error.code}]"
