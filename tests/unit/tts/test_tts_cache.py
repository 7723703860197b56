from __future__ import annotations

import numpy as np

from cockpit.tts.cache import PcmCache


def tone(samples: int, level: float = 0.5) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(samples, level, np.float32)


def test_what_was_put_comes_back_at_16_bits() -> None:
    cache = PcmCache(10_000)
    cache.put("a", tone(100, 0.25))
    back = cache.get("a")
    assert back is not None
    np.testing.assert_allclose(back, 0.25, atol=1 / 32767)
    assert (cache.hits, cache.misses, cache.size_bytes) == (1, 0, 200)


def test_least_recently_used_goes_first() -> None:
    cache = PcmCache(800)
    for key in "abcd":
        cache.put(key, tone(100))
    assert cache.get("a") is not None
    cache.put("e", tone(100))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    assert cache.size_bytes <= 800


def test_one_long_sentence_does_not_empty_the_cache() -> None:
    cache = PcmCache(800)
    cache.put("a", tone(50))
    cache.put("long", tone(101))
    assert cache.get("long") is None
    assert cache.get("a") is not None


def test_the_same_key_is_counted_once() -> None:
    cache = PcmCache(800)
    cache.put("a", tone(100))
    cache.put("a", tone(50))
    assert (len(cache), cache.size_bytes) == (1, 100)


def test_a_cache_of_nothing_keeps_nothing() -> None:
    cache = PcmCache(0)
    cache.put("a", tone(1))
    assert cache.get("a") is None
    assert len(cache) == 0
