"""Free recordings of people, out of Debian's packages: `python -m hil.speech.human FOLDER`.

    apt-get download asterisk-core-sounds-en-g722 pocketsphinx-testdata gcin-voice tuxpaint-stamps-default

is done into a temporary folder, and unpacked there with `dpkg-deb -x`: no root, nothing is installed. `--debs` takes a
folder of packages that were fetched otherwise. What the package's own files do not say is what is said in most of
Asterisk's prompts: `--texts` takes the list that comes with the prompts' sources (`core-sounds-en.txt`, a line
`name: text` for each, CC-BY-SA-3.0 as they are); without it only numbers, days and months are used. Neither sound nor
text is part of this repository.

| package | speech | licence |
|---|---|---|
| asterisk-core-sounds-en-g722 | telephone prompts, one American speaker | CC-BY-SA-3.0 |
| pocketsphinx-testdata | cards, numbers, a novel; several speakers | BSD-2-Clause |
| gcin-voice | Mandarin syllables of two speakers, joined to commands here: human, not natural | LGPL-3, CC-BY-3.0 |
| tuxpaint-stamps-default | ten Mandarin digits | GPL-2 |
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import decode_audio
from pypinyin import Style, lazy_pinyin

from cockpit.audio.wav import encode_wav
from cockpit.config import ROOT
from cockpit.tts.normalise_en import MONTHS, cardinal
from cockpit.tts.normalise_zh import cardinal as cardinal_zh
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil.speech.corpus import TRANSCRIPTS, commands

Found = Iterator[tuple[str, str, Pcm]]
"""Name, text and sound."""
DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
TONES = {"ˊ": "2", "ˇ": "3", "ˋ": "4", "˙": "1"}
"""How gcin-voice's folders write the marks of Zhuyin; the first tone has none."""
SPEAKERS = ("3", "5")
"""gcin-voice's, by turns. The second one is a voice actress, Lo Chu; the first one is not named."""
JOINED, LONGEST, GAP_S, SILENT = 60, 12, 0.08, 0.02
"""How many commands are joined from syllables, the most characters of one, the silence after each syllable, and the
amplitude, of the largest, under which a syllable has not begun or is over."""


def decoded(file: Path) -> Pcm:
    """A sound file of any kind at 16 kHz, mono; one called .raw is 16-bit samples."""
    if file.suffix == ".raw":
        return np.fromfile(file, "<i2").astype(np.float32) / np.float32(32768)
    return np.asarray(decode_audio(str(file), sampling_rate=SAMPLE_RATE_HZ), np.float32)


def asterisk(root: Path, texts: Mapping[str, str]) -> Found:
    folder = root / "usr/share/asterisk/sounds/en_US_f_Allison"
    known = {**_spoken_names(), **texts}
    for file in sorted(folder.rglob("*.g722")):
        name = file.relative_to(folder).with_suffix("").as_posix()
        if name in known:
            yield name.replace("/", "-"), known[name], decoded(file)


def _spoken_names() -> dict[str, str]:
    """What is said in files whose name tells it."""
    numbers = [*range(21), *range(30, 100, 10)]
    return {
        **{f"digits/{n}": cardinal(n) for n in numbers},
        **{f"digits/day-{n}": day for n, day in enumerate(DAYS)},
        **{f"digits/mon-{n}": month for n, month in enumerate(MONTHS)},
    }


def pocketsphinx(root: Path, _: Mapping[str, str]) -> Found:
    folder = root / "usr/share/pocketsphinx/test/data"
    for listed in ("cards/cards.transcription", "librivox/transcription"):
        for line in (folder / listed).read_text("utf-8").splitlines():
            if match := re.match(r"<s>\s*(.*?)\s*</s>\s*\((.*)\)", line.strip()):
                file = folder / listed.partition("/")[0] / f"{match[2]}.wav"
                if file.is_file():
                    yield file.stem, " ".join(match[1].split()), decoded(file)
    for name, text in (("goforward", "go forward ten meters"), ("tidigits/dhd.2934z", "two nine three four zero")):
        yield name.rpartition("/")[2], text, decoded(folder / f"{name}.raw")


def tuxpaint(root: Path, _: Mapping[str, str]) -> Found:
    for file in sorted((root / "usr/share/tuxpaint/stamps/symbols/math").glob("[0-9]_zh_tw.ogg")):
        yield file.stem, cardinal_zh(int(file.name[0])), decoded(file)


def gcin(root: Path, _: Mapping[str, str]) -> Found:
    """Short commands, a syllable after the other as one person spoke each alone."""
    folder, number = root / "usr/share/gcin-voice/ogg", 0
    for text in commands("zh", 10**6):
        said = re.sub(r"\W", "", text)
        if number == JOINED or not re.fullmatch(f"[一-鿿]{{4,{LONGEST}}}", said):
            continue
        speaker = SPEAKERS[number % len(SPEAKERS)]
        files = [folder / _folder_of(zhuyin) / f"{speaker}.ogg" for zhuyin in lazy_pinyin(said, Style.BOPOMOFO)]
        if all(file.is_file() for file in files):
            number += 1
            yield f"{speaker}-{number:02}", text, joined([decoded(file) for file in files])


def _folder_of(zhuyin: str) -> str:
    return "".join(TONES.get(mark, mark) for mark in (zhuyin[1:] + "˙" if zhuyin.startswith("˙") else zhuyin))


def joined(syllables: list[Pcm]) -> Pcm:
    """One after the other with short silences, equally loud."""
    gap, edge = np.zeros(int(GAP_S * SAMPLE_RATE_HZ), np.float32), np.zeros(int(0.3 * SAMPLE_RATE_HZ), np.float32)
    parts = [edge]
    for syllable in syllables:
        loud = np.flatnonzero(np.abs(syllable) > SILENT * np.abs(syllable).max())
        sound = syllable[loud[0] : loud[-1] + 1]
        parts += [sound * (0.7 / np.abs(sound).max()), gap]
    return np.concatenate([*parts, edge]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Source:
    package: str
    read: Callable[[Path, Mapping[str, str]], Found]


SOURCES = (
    Source("asterisk-core-sounds-en-g722", asterisk),
    Source("pocketsphinx-testdata", pocketsphinx),
    Source("gcin-voice", gcin),
    Source("tuxpaint-stamps-default", tuxpaint),
)


def prepare(out: Path, debs: Path, texts: Mapping[str, str]) -> int:
    """Writes the recordings of all packages in `debs` and their list; gives how many."""
    lines = []
    for source in SOURCES:
        for deb in sorted(debs.glob(f"{source.package}_*.deb"))[-1:]:
            with tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
                subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
                (out / source.package).mkdir(parents=True, exist_ok=True)
                for name, text, pcm in source.read(Path(folder), texts):
                    file = f"{source.package}/{name}.wav"
                    (out / file).write_bytes(encode_wav(pcm))
                    lines.append(f"{file}\t{text}\n")
    (out / TRANSCRIPTS).write_text("".join(lines), "utf-8")
    return len(lines)


def read_texts(file: Path) -> dict[str, str]:
    """`name: text` a line; comments begin with a semicolon, and what is no speech is in brackets or angles."""
    pairs = (line.split(":", 1) for line in file.read_text("utf-8").splitlines() if ":" in line and line[0] != ";")
    return {name.strip(): text.strip() for name, text in pairs if not re.search(r"[\[<(]", text)}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.human", description="free recordings of people")
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "out" / "speech" / "human")
    parser.add_argument("--debs", type=Path, help="folder with the packages; fetched with apt-get where it is not told")
    parser.add_argument("--texts", type=Path, help="core-sounds-en.txt of Asterisk's prompts")
    options = parser.parse_args(arguments)
    texts = read_texts(options.texts) if options.texts else {}
    with tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
        if options.debs is None:
            packages = [source.package for source in SOURCES]
            subprocess.run(["apt-get", "download", *packages], cwd=folder, check=True)
        count = prepare(options.out, options.debs or Path(folder), texts)
    sys.stdout.write(f"{count} recordings in {options.out}\n")


if __name__ == "__main__":
    main()
