"""What time buys: placement at rising efforts, and the picture of it."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.spreading import SPLITS, Run, run_apart
from scalp.placement.fields import Effort
from scalp.placement.placing import CAREFUL, FAST

EFFORTS = {
    "elimination only": Effort(4, 0, 0, 0, 0.0),
    "fast": FAST,
    "joint 10": Effort(3, 5, 2, 10, 0.4),
    "joint 16": Effort(3, 8, 3, 16, 0.5),
    "careful": CAREFUL,
    "joint 60": Effort(3, 16, 6, 60, 0.55),
    "joint 120": Effort(3, 24, 8, 120, 0.55),
}
"""Candidates a point, relaxations of the whole, exchange sweeps, joint relaxations, weight of the sessions."""
PANEL_PX, MARGIN_PX = (560, 420), 70
BLUE, RED, GREY, BLACK = (180, 90, 20), (40, 40, 200), (150, 150, 150), (20, 20, 20)


def sweep(count: int, repeats_count: int) -> Iterator[tuple[str, Run]]:
    """Return four quarters at each effort."""
    for name, effort in EFFORTS.items():
        yield f"curve, {name}", run_apart(effort, count, SPLITS["four quarters"], repeats_count)


def draw_curve(records: list[dict], peers: list[dict], path: Path) -> None:
    """Draw S and rho of the whole and of the worst running total over the processor time; peers' wholes beside them."""
    times = np.log10([record["processor_s"] for record in (*records, *peers)])
    span = (np.floor(4 * times.min()) / 4, np.ceil(4 * times.max()) / 4)
    panels = []
    for key, worst, title, scale in (
        ("low_power", max, "S(f < .25): lower is more even (log)", np.log10),
        ("rho", min, "rho: least distance / densest packing", np.asarray),
    ):
        whole = [(record["processor_s"], record["totals"][-1][key]) for record in records]
        part = [(record["processor_s"], worst(total[key] for total in record["totals"][:-1])) for record in records]
        beside = [(record["processor_s"], record["totals"][-1][key], record["name"]) for record in peers]
        values = scale([value for _, value, *_ in (*whole, *part, *beside)])
        panel = _Panel(title, span, (float(np.min(values)), float(np.max(values))), scale)
        panel.line(part, RED, "worst running total")
        panel.line(whole, BLUE, "all sessions")
        panel.marks(beside)
        panels.append(panel.image)
    cv2.imwrite(str(path), np.hstack(panels))


class _Panel:
    """One diagram over the logarithm of the time."""

    def __init__(self, title, span, values, scale) -> None:
        self.span, self.scale = span, scale
        room = 0.08 * max(values[1] - values[0], 1e-6)
        self.values = (values[0] - room, values[1] + room)
        self.image = np.full((PANEL_PX[1] + 2 * MARGIN_PX, PANEL_PX[0] + 2 * MARGIN_PX, 3), 255, np.uint8)
        self.lines_count = 0
        corner = (MARGIN_PX + PANEL_PX[0], MARGIN_PX + PANEL_PX[1])
        cv2.rectangle(self.image, (MARGIN_PX, MARGIN_PX), corner, GREY, 1, cv2.LINE_AA)
        self._write(title, (MARGIN_PX, MARGIN_PX - 20), 0.55)
        self._write("seconds of processor time (log)", (MARGIN_PX + 150, MARGIN_PX + PANEL_PX[1] + 50), 0.5)
        for tick in np.arange(np.ceil(span[0] * 4) / 4, span[1] + 1e-9, 0.25):
            at = self._place(10**tick, None)
            cv2.line(self.image, (at[0], corner[1]), (at[0], corner[1] + 6), GREY, 1, cv2.LINE_AA)
            self._write(f"{10**tick:.2g}", (at[0] - 14, corner[1] + 24), 0.42)
        for tick in np.linspace(*self.values, 6):
            height = round(MARGIN_PX + PANEL_PX[1] * (self.values[1] - tick) / (self.values[1] - self.values[0]))
            cv2.line(self.image, (MARGIN_PX - 6, height), (MARGIN_PX, height), GREY, 1, cv2.LINE_AA)
            self._write(f"{10**tick if scale is np.log10 else tick:.2g}", (MARGIN_PX - 55, height + 5), 0.42)

    def _write(self, words, place, size, colour=BLACK) -> None:
        cv2.putText(self.image, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)

    def _place(self, time_s, value) -> tuple[int, int]:
        along = (np.log10(time_s) - self.span[0]) / (self.span[1] - self.span[0])
        up = 0.0 if value is None else (float(self.scale(value)) - self.values[0]) / (self.values[1] - self.values[0])
        return round(MARGIN_PX + PANEL_PX[0] * along), round(MARGIN_PX + PANEL_PX[1] * (1.0 - up))

    def line(self, points, colour, name) -> None:
        """Join points in the order of time."""
        places = [self._place(*point) for point in sorted(points)]
        cv2.polylines(self.image, [np.array(places, np.int32)], False, colour, 2, cv2.LINE_AA)
        for place in places:
            cv2.circle(self.image, place, 4, colour, -1, cv2.LINE_AA)
        self.lines_count += 1
        self._write(name, (MARGIN_PX + 12, MARGIN_PX + PANEL_PX[1] // 2 + 22 * self.lines_count), 0.48, colour)

    def marks(self, points) -> None:
        """Name single points."""
        for time_s, value, name in points:
            place = self._place(time_s, value)
            cv2.drawMarker(self.image, place, BLACK, cv2.MARKER_DIAMOND, 9, 2, cv2.LINE_AA)
            width_px = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.38, 1)[0][0]
            beside_px = -10 - width_px if place[0] > MARGIN_PX + PANEL_PX[0] // 2 else 10
            self._write(name, (place[0] + beside_px, place[1] + 4), 0.38)
