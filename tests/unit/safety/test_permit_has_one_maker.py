"""Only the gate makes permits, and the gate can do nothing but think."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.config import ROOT

GATE = ROOT / "cockpit" / "safety" / "gate.py"
SAFETY = sorted((ROOT / "cockpit" / "safety").glob("*.py"))
SOURCES = sorted(file for folder in ("cockpit", "skills", "hil") for file in (ROOT / folder).rglob("*.py"))
ALLOWED = {"__future__", "collections.abc", "dataclasses", "fnmatch"}
ALLOWED |= {"cockpit.profile", "cockpit.types", "cockpit.safety.policy"}
INPUT_OUTPUT = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}


def makings(tree: ast.AST) -> Iterator[int]:
    """Lines that call `Permit`, or that give it another name under which it could be called."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Permit") | ast.Attribute(attr="Permit")):
                yield node.lineno
            case ast.ImportFrom(names=names) if any(name.name == "Permit" and name.asname for name in names):
                yield node.lineno
            case ast.Assign(value=ast.Name(id="Permit") | ast.Attribute(attr="Permit")):
                yield node.lineno


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")


@pytest.mark.parametrize(
    "source",
    [
        "Permit(wish, turn, zone, 1.0)",
        "types.Permit(wish)",
        "from cockpit.types import Permit as Leave",
        "make = Permit",
        "make = types.Permit",
    ],
)
def test_a_making_is_noticed(source: str) -> None:
    assert list(makings(ast.parse(source))) == [1]


def test_permits_are_made_in_the_gate_only() -> None:
    makers = {file for file in SOURCES if any(makings(ast.parse(file.read_text("utf-8"))))}
    assert makers == {GATE}


@pytest.mark.parametrize("file", SAFETY, ids=lambda file: file.name)
def test_safety_imports_the_core_only(file: Path) -> None:
    assert set(imports(ast.parse(file.read_text("utf-8")))) <= ALLOWED


@pytest.mark.parametrize("file", SAFETY, ids=lambda file: file.name)
def test_safety_calls_nothing_that_reads_writes_or_waits(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & INPUT_OUTPUT
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global)]
