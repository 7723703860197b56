"""Charts as SVG: lines inside the HTML report, lines and bars as files of their own. Lines are drawn by shares, lengths
are pixels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

BLUE, RED, GREEN, PURPLE, BROWN, GREY, PINK = COLOURS = (
    "#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#9a6700", "#57606a", "#bf3989",
)  # fmt: skip
WIDTH, HEIGHT = 460, 300
"""Of a chart inside the report, its legend aside."""
LEFT, TOP, RIGHT, BOTTOM = 62, 14, 20, 44
"""What is left free around the axes for ticks and names."""
SIZE = (640, 400)
"""Width and height of a file of its own, its legend included."""
ROW, SAMPLE, LETTER = 20, 26, 8
"""Of the legend: height of a row, width before a name, and more than a letter needs in `STYLE`."""
BAR = (22, 12)
"""Thickness of a bar that lies, and the gap to the next."""
STYLE = """
text{font:13px Helvetica,Arial,sans-serif;fill:#1f2328}
.grid{stroke:#d8dee4}
"""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through `points`. `width` and `dashes` (drawn, left out, ...) are in pixels. `hollow` are the places of
    the points drawn as rings."""

    points: Sequence[Point]
    colour: str
    width: float = 2
    dashes: str = ""
    dots: bool = True
    hollow: Collection[int] = ()

    def stroke(self) -> str:
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        return f'fill="none" stroke="{self.colour}" stroke-width="{self.width:g}"{dashes}'


@dataclass(frozen=True, slots=True)
class Axes:
    """Axes that reach from the first tick to the last. `width` and `height` hold ticks and names too; `unit` is
    written behind every tick, which is in per cent. `x_names` stand at the ticks across in place of per cents."""

    across: str
    up: str
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    width: int = WIDTH
    height: int = HEIGHT
    unit: str = " %"
    x_names: Sequence[str] = ()

    def x(self, value: float) -> float:
        first, last = self.x_ticks[0], self.x_ticks[-1]
        return LEFT + (self.width - LEFT - RIGHT) * (value - first) / (last - first)

    def y(self, value: float) -> float:
        first, last = self.y_ticks[0], self.y_ticks[-1]
        kept = min(max(value, first), last)
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * (kept - first) / (last - first)

    def drawn(self) -> list[str]:
        right, bottom = self.width - RIGHT, self.height - BOTTOM
        parts = []
        names = self.x_names or [f"{100 * tick:g}{self.unit}" for tick in self.x_ticks]
        for tick, name in zip(self.x_ticks, names, strict=True):
            x = f"{self.x(tick):.1f}"
            parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{bottom}"/>')
            parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{escape(name)}</text>')
        for tick in self.y_ticks:
            y = self.y(tick)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * tick:g}{self.unit}</text>')
        centre, middle = (LEFT + right) / 2, (TOP + bottom) / 2
        parts.append(f'<text x="{centre}" y="{self.height - 10}" text-anchor="middle">{escape(self.across)}</text>')
        turned = f"translate(14 {middle}) rotate(-90)"
        parts.append(f'<text transform="{turned}" text-anchor="middle">{escape(self.up)}</text>')
        return parts

    def line(self, line: Line) -> list[str]:
        places = [(f"{self.x(a):.1f}", f"{self.y(b):.1f}") for a, b in line.points]
        path = "L".join(f"{x} {y}" for x, y in places)
        parts = [f'<path d="M{path}" {line.stroke()}/>'] if places else []
        for n, (x, y) in enumerate(places if line.dots else ()):
            look = f'fill="#ffffff" stroke="{line.colour}"' if n in line.hollow else f'fill="{line.colour}"'
            parts.append(f'<circle cx="{x}" cy="{y}" r="{1 + line.width:g}" {look}/>')
        return parts


def chart(
    lines: Mapping[str, Sequence[Point]],
    across: str,
    up: str,
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    diagonal: bool = False,
) -> str:
    """Named lines for the report, whose style sheet it needs; the legend is below."""
    axes = Axes(across, up, x_ticks, y_ticks)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 18 * len(lines)}" width="{WIDTH}" role="img">', *axes.drawn()]
    if diagonal:
        parts.append(f'<path class="ideal" d="M{axes.x(0)} {axes.y(0)}L{axes.x(1)} {axes.y(1)}"/>')
    for n, (name, points) in enumerate(lines.items()):
        line = Line(points, COLOURS[n % len(COLOURS)])
        parts += [*axes.line(line), *_key(name, line, LEFT, HEIGHT + 12 + 18 * n)]
    return "".join([*parts, "</svg>"])


def drawing(
    title: str,
    lines: Mapping[str, Line],
    across: str,
    up: str,
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    x_names: Sequence[str] = (),
) -> str:
    """Named lines as a file that needs nothing else, white behind them; the legend is below in as many columns as its
    longest name lets stand side by side. Ticks are bare per cents: the names of the axes have to say so. `x_names` take
    the place of those across."""
    width, height = SIZE
    legend = _Legend([*lines], width)
    axes = Axes(across, up, x_ticks, y_ticks, width, height - legend.height, unit="", x_names=x_names)
    parts = [*_file(title, width, height), *axes.drawn()]
    for n, (name, line) in enumerate(lines.items()):
        parts += [*axes.line(line), *_key(name, line, *legend.place(n, axes.height))]
    return "\n".join([*parts, "</svg>\n"])


def bars(title: str, rows: Mapping[str, Mapping[str, float]], across: str, ticks: Sequence[float]) -> str:
    """Stacked bars that lie, one a row, as a file that needs nothing else: each is made of named parts, which have one
    colour in every row and are no shorter than 0. `ticks` are values across, from 0 on."""
    names = [*dict.fromkeys(name for parts in rows.values() for name in parts)]
    width, (thick, gap) = SIZE[0], BAR
    left = LETTER * max(map(len, rows)) + 12
    legend = _Legend(names, width)
    bottom = TOP + (thick + gap) * len(rows)
    scale = (width - left - RIGHT) / ticks[-1]
    parts = _file(title, width, bottom + BOTTOM + legend.height)
    for tick in ticks:
        x = f"{left + tick * scale:.1f}"
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{bottom}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>')
    parts.append(f'<text x="{(left + width) / 2:g}" y="{bottom + 34}" text-anchor="middle">{escape(across)}</text>')
    for n, (row, of) in enumerate(rows.items()):
        y, x_px = TOP + gap / 2 + (thick + gap) * n, float(left)
        parts.append(f'<text x="{left - 6}" y="{y + thick / 2 + 4:g}" text-anchor="end">{escape(row)}</text>')
        for name, value in of.items():
            colour, long = COLOURS[names.index(name) % len(COLOURS)], value * scale
            parts.append(f'<rect x="{x_px:.1f}" y="{y:g}" width="{long:.1f}" height="{thick}" fill="{colour}"/>')
            x_px += long
    for n, name in enumerate(names):
        line = Line((), COLOURS[n % len(COLOURS)], thick / 2)
        parts += _key(name, line, *legend.place(n, bottom + BOTTOM))
    return "\n".join([*parts, "</svg>\n"])


def ticks(low: float, high: float) -> list[float]:
    """Round shares, nine at most, from `low` or just below to `high` or just above."""
    for step in (0.01, 0.02, 0.05, 0.1, 0.2):
        first, last = floor(round(low / step, 6)), ceil(round(high / step, 6))
        if last - first <= 8:
            break
    first = max(0, min(first, last - 1))
    return [round(n * step, 2) for n in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True, slots=True)
class _Legend:
    """Names below a drawing, in as many columns as the longest lets stand side by side."""

    names: Sequence[str]
    width: int

    @property
    def columns(self) -> int:
        room = self.width - LEFT - RIGHT
        return max(1, room // (SAMPLE + LETTER * max(map(len, self.names)) + LETTER))

    @property
    def height(self) -> int:
        return ROW * ceil(len(self.names) / self.columns) + 6

    def place(self, number: int, below: int) -> tuple[int, int]:
        """Where the key of a name begins, in a drawing whose axes end at `below`."""
        row, column = divmod(number, self.columns)
        return LEFT + column * ((self.width - LEFT - RIGHT) // self.columns), below + 12 + ROW * row


def _file(title: str, width: int, height: int) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{escape(title)}</title><style>{STYLE}</style>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]


def _key(name: str, line: Line, x: int, y: int) -> list[str]:
    """One line of a legend; `y` is where its letters stand."""
    return [
        f'<line x1="{x}" x2="{x + SAMPLE - 6}" y1="{y - 4}" y2="{y - 4}" {line.stroke()}/>',
        f'<text x="{x + SAMPLE}" y="{y}">{escape(name)}</text>',
    ]
