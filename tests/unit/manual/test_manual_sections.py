"""Markdown taken apart."""

import pytest

from cockpit.errors import ConfigError
from cockpit.manual.sections import parse, read_sections, slug

TEXT = """# Wheels

## Tyre pressure {#pressure}
<!-- index: pump up, air -->
<!-- asked: how much air | how often -->
Cold tyres should have **240** kilopascals. See [the table](x.md), e.g. at 1.5 bar.
It wraps
over lines.

- One item
- Another one.

```
# no heading
```

## Nothing here

### Tyre Wear!
磨到1.6毫米要换。请看“说明”。
"""


def test_headings_with_text_are_sections() -> None:
    pressure, wear = parse(TEXT)
    assert (pressure.id, pressure.title, pressure.chapter) == ("pressure", "Tyre pressure", "Wheels")
    assert pressure.terms == ("pump up", "air")
    assert pressure.asked == ("how much air", "how often")
    assert pressure.sentences == (
        "Cold tyres should have 240 kilopascals.",
        "See the table, e.g. at 1.5 bar.",
        "It wraps over lines.",
        "One item",
        "Another one.",
    )
    assert (wear.id, wear.chapter) == ("tyre-wear", "Nothing here")
    assert wear.sentences == ("磨到1.6毫米要换。", "请看“说明”。")


def test_an_id_is_made_of_the_heading() -> None:
    assert slug("ISOFIX, and top tether") == "isofix-and-top-tether"
    assert slug("胎压 与 换位") == "胎压-与-换位"


@pytest.mark.parametrize(("text", "code"), [("no heading", "manual-empty"), ("# A\nx\n# A\ny", "manual-twice")])
def test_what_is_no_manual_is_told(tmp_path, text: str, code: str) -> None:
    file = tmp_path / "m.md"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_sections([file])
    assert caught.value.code == f"config-{code}"


def test_a_missing_file_is_told(tmp_path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_sections([tmp_path / "m.md"])
    assert caught.value.code == "config-manual-unreadable"
