"""The compiled templates of all languages, kept on disk between starts."""

from __future__ import annotations

import hashlib
import logging
import pickle
from contextlib import suppress
from pathlib import Path

from cockpit.nlu import grammar, language, tokens
from cockpit.nlu.language import Language
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Lang

log = logging.getLogger(__name__)


def compiled(skills: SkillSet, cache: Path | None) -> dict[Lang, Language]:
    """The languages of `skills`, from the folder `cache` if these very skills were compiled by this very code before.

    The cache is this user's own folder and nothing that came from elsewhere is read from it. One that cannot be read or
    written costs the seconds of compiling, no more.
    """
    file = None if cache is None else cache / f"grammar-{_key(skills)}.pickle"
    if file is not None and file.is_file():
        try:
            with file.open("rb") as stored:
                languages: dict[Lang, Language] = pickle.load(stored)  # noqa: S301 (our own file, see above)
        except Exception as error:  # noqa: BLE001 (whatever a damaged file does)
            log.warning("the compiled templates in %s are damaged (%s), compiling anew", file, error)
        else:
            return languages
    languages = {lang: Language(skills, lang) for lang in LANGS}
    if file is not None:
        _keep(languages, file)
    return languages


def _key(skills: SkillSet) -> str:
    """What the compiled form depends on: the words, and the code that compiles them."""
    parts = [skills.model_dump_json().encode()]
    parts += [Path(str(module.__file__)).read_bytes() for module in (grammar, language, tokens)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]


def _keep(languages: dict[Lang, Language], file: Path) -> None:
    with suppress(OSError, RecursionError):
        file.parent.mkdir(parents=True, exist_ok=True)
        for older in file.parent.glob("grammar-*.pickle"):
            older.unlink(missing_ok=True)
        written = file.with_suffix(".new")
        written.write_bytes(pickle.dumps(languages, protocol=pickle.HIGHEST_PROTOCOL))
        written.replace(file)
