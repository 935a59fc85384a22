"""Signs of a transfer sheet as SVG, in mm on the page: text, lines, crosses, marks, arrows, rulers, faces by their error.

Pages are `transfer_pages`'. x runs to the right and y down from the upper left corner of the paper.
"""

import base64
from collections.abc import Iterable
from html import escape

import cv2
import numpy as np

from scalp.base import ByteArray, Float32Array, FloatArray, IntArray

FONT = "Libertinus Serif"
INK, PALE, FAINT = "#1a1a1a", "#7a7a7a", "#b9c4cf"
ERROR_STEPS = (0.0025, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.0175, 0.02)
ERROR_COLOURS = ("#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#fdd49e", "#fdbb84", "#fc8d59", "#e34a33", "#7f0000")
"""Of faces whose error is below each step, and of those beyond the last."""
_CROSS_MM = 1.5
_MARK_ROUND_MM = 0.01


def text(words: str, x_mm: float, y_mm: float, *, size_mm: float = 3.2, anchor: str = "start") -> str:
    """Return one line of text; `anchor` is start, middle or end."""
    place = f'x="{x_mm:.2f}" y="{y_mm:.2f}" font-size="{size_mm:g}" text-anchor="{anchor}"'
    return f'<text {place} font-family="{FONT}" fill="{INK}">{escape(words)}</text>'


def line(points_mm: FloatArray, *, width_mm: float = 0.2, colour: str = INK, dashes: str = "", fill: str = "none") -> str:
    """Return a line through points (N, 2) of the page."""
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points_mm)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" fill="{fill}" stroke="{colour}" stroke-width="{width_mm:g}" stroke-linejoin="round"{dashed}/>'


def segment(start_mm: tuple[float, float], end_mm: tuple[float, float], *, width_mm: float = 0.2, colour: str = INK) -> str:
    """Return a straight line."""
    return line(np.array([start_mm, end_mm]), width_mm=width_mm, colour=colour)


def cross(at_mm: FloatArray, label: str, out_weights: FloatArray) -> str:
    """Return a registration cross with its label beside it, on the side of `out_weights` (2,)."""
    x, y = float(at_mm[0]), float(at_mm[1])
    arms = f"M{x - _CROSS_MM:.3f} {y:.3f}H{x + _CROSS_MM:.3f}M{x:.3f} {y - _CROSS_MM:.3f}V{y + _CROSS_MM:.3f}"
    place = at_mm + 1.3 * out_weights + 2.0 * np.array([-out_weights[1], out_weights[0]]) + np.array([0.0, 0.6])
    drawn = f'<path d="{arms}" fill="none" stroke="{INK}" stroke-width="0.2"/>'
    return drawn + text(label, float(place[0]), float(place[1]), size_mm=1.8, anchor="middle")


def marks(places_mm: FloatArray, diameter_mm: Float32Array) -> str:
    """Return impressions as filled rounds of their true width, to 0.01 mm, all in one path."""
    width = np.maximum(np.round(diameter_mm.astype(float) / _MARK_ROUND_MM), 1.0) * _MARK_ROUND_MM
    rounds = [
        f"M{x - w / 2:.3f} {y:.3f}a{w / 2:.3g} {w / 2:.3g} 0 1 0 {w:.3g} 0a{w / 2:.3g} {w / 2:.3g} 0 1 0-{w:.3g} 0"
        for (x, y), w in zip(places_mm.tolist(), width.tolist(), strict=True)
    ]
    return f'<path d="{"".join(rounds)}" fill="{INK}"/>'


def faces_by_error(places_mm: FloatArray, faces: IntArray, error_fraction: FloatArray) -> str:
    """Return faces filled by their error, those of one step as one path."""
    step = np.searchsorted(ERROR_STEPS, error_fraction)
    drawn = []
    for each in np.unique(step):
        corners = places_mm[faces[step == each]]
        path = "".join(f"M{a:.2f} {b:.2f}L{c:.2f} {d:.2f}L{e:.2f} {f:.2f}z" for a, b, c, d, e, f in corners.reshape(-1, 6))
        colour = ERROR_COLOURS[int(each)]
        drawn.append(f'<path d="{path}" fill="{colour}" stroke="{colour}" stroke-width="0.1"/>')
    return "".join(drawn)


def arrow(at_mm: tuple[float, float], towards: FloatArray, words: str) -> str:
    """Return an arrow of 8 mm with words beside it."""
    x, y = at_mm
    dx, dy = 4.0 * float(towards[0]), 4.0 * float(towards[1])
    tip, foot = np.array([x + dx, y + dy]), np.array([x - dx, y - dy])
    along, aside = np.array([dx, dy]) / 4.0, np.array([-dy, dx]) / 4.0
    head = np.array([tip, tip - 2.4 * along + 1.0 * aside, tip - 2.4 * along - 1.0 * aside])
    return (
        segment((float(foot[0]), float(foot[1])), (float(tip[0]), float(tip[1])), width_mm=0.4)
        + line(head, fill=INK)
        + text(words, x - 5.5, y + 1.0, size_mm=2.5, anchor="end")
    )


def rulers(x_mm: float, y_mm: float) -> str:
    """Return a ruler of exactly 100 mm and below it one of 4 inches."""
    ticks = [_tick(x_mm + k, y_mm, 4.0 if k % 10 == 0 else 3.0 if k % 5 == 0 else 1.8) for k in range(101)]
    words = [text(str(k), x_mm + k, y_mm + 7.0, size_mm=2.1, anchor="middle") for k in range(0, 101, 10)]
    below = y_mm + 9.5
    ticks += [_tick(x_mm + k * 25.4 / 8, below, 4.0 if k % 8 == 0 else 3.0 if k % 4 == 0 else 1.8) for k in range(33)]
    words += [text(f"{k} in", x_mm + k * 25.4, below + 7.0, size_mm=2.1, anchor="middle") for k in range(5)]
    bars = segment((x_mm, y_mm), (x_mm + 100.0, y_mm), width_mm=0.15) + segment((x_mm, below), (x_mm + 101.6, below), width_mm=0.15)
    return bars + f'<path d="{"".join(ticks)}" stroke="{INK}" stroke-width="0.15" fill="none"/>' + "".join(words)


def _tick(x_mm: float, y_mm: float, length_mm: float) -> str:
    return f"M{x_mm:.3f} {y_mm:.3f}v{length_mm:.2f}"


def square(x_mm: float, y_mm: float, side_mm: float) -> str:
    """Return a square to be measured."""
    return f'<rect x="{x_mm:g}" y="{y_mm:g}" width="{side_mm:g}" height="{side_mm:g}" fill="none" stroke="{INK}" stroke-width="0.2"/>'


def picture(srgb_u8: ByteArray, x_mm: float, y_mm: float, width_mm: float) -> str:
    """Return a picture of pixels so wide."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(srgb_u8, cv2.COLOR_RGB2BGR))
    height_mm = width_mm * srgb_u8.shape[0] / srgb_u8.shape[1]
    content = base64.b64encode(bytes(encoded)).decode()
    place = f'x="{x_mm:g}" y="{y_mm:g}" width="{width_mm:g}" height="{height_mm:.3f}"'
    return f'<image {place} href="data:image/png;base64,{content}"/>'


def page(size_mm: tuple[float, float], parts: Iterable[str], title: str) -> str:
    """Return a page at 1:1: one unit of the drawing is one mm of paper."""
    width, height = size_mm
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}">'
    ground = f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>'
    return f"{opening}<title>{escape(title)}</title>{ground}{''.join(parts)}</svg>\n"
