"""docs/licences.md against pyproject.toml, the installed packages' own words, and the model manifest."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata

import pytest

from cockpit.config import ROOT
from cockpit.modelstore import Model, load_manifest

FAMILIES = ("AGPL", "LGPL", "GPL", "MPL", "EPL", "Apache", "BSD", "MIT")
"""Told apart by the first that is found."""


def rows() -> dict[str, list[str]]:
    """First cell to the rest, over all tables."""
    text = (ROOT / "docs" / "licences.md").read_text("utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return {first: rest for first, *rest in cells if not first.startswith("-")}


def dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    own = f"{project['name']}["
    wanted, named = list(project["dependencies"]), ["dev"]
    while named:
        for line in extras[named.pop()]:
            if line.startswith(own):
                named += line.removeprefix(own).rstrip("]").split(",")
            else:
                wanted.append(line)
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted]


def family(words: str) -> str:
    return next((one for one in FAMILIES if one.lower() in words.lower()), "unknown")


@pytest.mark.parametrize("package", dependencies())
def test_every_dependency_is_in_the_table_as_it_says_itself(package: str) -> None:
    about = metadata(package)
    said = " ".join(
        [*about.get_all("License-Expression", []), "".join(about.get_all("License", [])).partition("\n")[0]]
        + [line for line in about.get_all("Classifier", []) if line.startswith("License")]
    )
    assert package in rows()
    assert family(rows()[package][-1]) == family(said)


@pytest.mark.parametrize("model", load_manifest().models, ids=lambda model: model.id)
def test_every_model_is_in_the_table_as_the_manifest_says(model: Model) -> None:
    assert rows()[model.id] == [model.origin, model.licence]
