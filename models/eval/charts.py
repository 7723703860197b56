"""Line charts as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#9a6700", "#57606a")
WIDTH, HEIGHT = 460, 300
LEFT, TOP, RIGHT, BOTTOM = 62, 14, 14, 44

Point = tuple[float, float]


def chart(
    lines: Mapping[str, Sequence[Point]],
    across: str,
    up: str,
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    diagonal: bool = False,
) -> str:
    """Named lines over axes that reach from the first tick to the last; all values are shares."""

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])

    def y(value: float) -> float:
        kept = min(max(value, y_ticks[0]), y_ticks[-1])
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (kept - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 18 * len(lines)}" width="{WIDTH}" role="img">']
    for tick in x_ticks:
        parts.append(f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{_tick(tick)}</text>')
    for tick in y_ticks:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{_tick(tick)}</text>')
    centre, middle = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="{centre}" y="{HEIGHT - 10}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text transform="translate(10 {middle}) rotate(-90)" text-anchor="middle">{escape(up)}</text>')
    if diagonal:
        parts.append(f'<path class="ideal" d="M{x(0)} {y(0)}L{x(1)} {y(1)}"/>')
    for n, (name, points) in enumerate(lines.items()):
        parts += _line([(x(a), y(b)) for a, b in points], name, n)
    return "".join([*parts, "</svg>"])


def _line(points: Sequence[Point], name: str, number: int) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
    dots = [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
    legend = HEIGHT + 12 + 18 * number
    return [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>' if points else "",
        *dots,
        f'<line x1="{LEFT}" x2="{LEFT + 18}" y1="{legend - 4}" y2="{legend - 4}" stroke="{colour}" stroke-width="3"/>',
        f'<text x="{LEFT + 26}" y="{legend}">{escape(name)}</text>',
    ]


def _tick(value: float) -> str:
    return f"{100 * value:g} %"
