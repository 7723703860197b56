"""The pretrained vocabulary cut to the pieces that Chinese and English text is made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from cockpit.modelgraph.e5 import Pretrained
from cockpit.nlu.pieces import BOS, EOS, EXPECT, PAD, UNK

_CHINESE = re.compile(r"^▁?[\u3400-\u9fff]+$")
_LETTERS = re.compile(r"^▁?[a-z]+$")
_PLAIN = re.compile(r"^▁?[a-z0-9.,:;?!%°+#\u3001\u3002…-]{0,2}$")


def tokenizer_of(pieces: Sequence[tuple[str, float]]) -> Tokenizer:
    """A unigram tokenizer over `pieces`; text must be folded and NFKC-normalised already."""
    tokenizer = Tokenizer(Unigram([*pieces], unk_id=UNK, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def cut(
    pretrained: Pretrained, texts: Iterable[str], size: int, expecting: Sequence[str]
) -> tuple[Tokenizer, list[int]]:
    """A tokenizer of about `size` pieces and, for each of them, its id in the pretrained embedding.

    Kept are all pieces that `texts` (folded) need, every single character of Chinese and Latin, then the likeliest
    others of both scripts. `expecting` are the slots that get a marker of their own, which begins as `<s>` does.
    """
    pieces = pretrained.pieces
    whole = tokenizer_of(pieces)
    used: Counter[int] = Counter()
    for encoding in whole.encode_batch([*texts], add_special_tokens=False):
        used.update(encoding.ids)
    special = [pretrained.bos, pretrained.pad, pretrained.eos, pretrained.unk]
    kept = dict.fromkeys(number for number in used if number not in special)
    ranked = sorted(range(len(pieces)), key=lambda number: -pieces[number][1])
    kept |= dict.fromkeys(n for n in ranked if n not in special and _always(pieces[n][0]))
    likely = (n for n in ranked if n not in special and n not in kept and _likely(pieces[n][0]))
    for number in likely:
        if len(kept) + len(special) + len(expecting) >= size:
            break
        kept[number] = None
    order = sorted(kept, key=lambda number: -pieces[number][1])
    markers = [(EXPECT.format(slot), -99.0) for slot in expecting]
    table = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *(pieces[n] for n in order), *markers]
    assert (BOS, PAD, EOS, UNK) == (0, 1, 2, 3)
    return tokenizer_of(table), [*special, *order, *[pretrained.bos] * len(markers)]


def _always(piece: str) -> bool:
    return bool(_PLAIN.match(piece)) or (len(piece) == 1 and bool(_CHINESE.match(piece)))


def _likely(piece: str) -> bool:
    return bool(_CHINESE.match(piece) or _LETTERS.match(piece))


def save(tokenizer: Tokenizer, file: Path) -> None:
    tokenizer.save(str(file), pretty=False)
