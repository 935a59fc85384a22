"""Draw what each session does in each zone of a head: impressions as bars, needle, shade, layers, pigment, hours; and the tone reached.

python examples/18_the_work_of_each_session.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from scalp.colour.srgb import linear_from_lab, srgb_from_linear
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.planning import PlanSettings
from scalp.treatment.courses import plan_design

COLOURS = ("#20304a", "#35507a", "#7d92b0", "#5b7396", "#9fb0c8", "#c2cddd", "#48688f", "#8a6f6f", "#7b8a6f", "#a39a7a")
WIDE, PER_PX = 1100, 14


def main(folder=Path("out/examples")):
    """Write works.png."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = make_analytic_head(view=DemoView(width_px=120, height_px=160))
    places = {"surface": shown.surface, "landmarks_mm": shown.points_mm[[shown.point_names.index(name) for name in LANDMARK_NAMES]]}
    head = Head(**places, cameras=(), photo_digests=(), scale_sd_fraction=0.0, surface_sd_mm=shown.surface.vertices_mm[:, 0] * 0)
    terms = {"start": date(2027, 3, 1), "prices": read_price_list(), "pigment": Pigment(), "needle": Needle(), "settings": PlanSettings()}
    plan = plan_design(head, Skin(melanin_fraction=0.03, blood_fraction=0.011), propose_design(head, Wishes(norwood="6")), **terms)
    picture = Image.new("RGB", (WIDE, sum(96 + 34 * len(session.works) for session in plan.sessions) + 130), "white")
    drawing, large, small, top = ImageDraw.Draw(picture), ImageFont.load_default(21), ImageFont.load_default(15), 24
    for session in plan.sessions:
        words = f"Session {session.number}, {session.day:%d %B %Y}: {session.impressions_count:,} impressions, {session.hours.low:.1f} to {session.hours.high:.1f} h"
        drawing.text((30, top), words, fill="black", font=large)
        drawing.text((30, top + 28), session.purpose, fill="#707070", font=small)
        for row, (colour, work) in enumerate(zip(COLOURS, session.works, strict=False)):
            y = top + 56 + 34 * row
            drawing.text((30, y + 4), work.zone, fill="black", font=small)
            drawing.rectangle((140, y, 140 + work.impressions_count // PER_PX, y + 24), fill=colour)
            told = f"{work.impressions_count:,} in {work.layers_count} pass{'es' * (work.layers_count > 1)}, {work.needle.name}, 1:{work.shade_ratio:g}"
            told += f", {work.pigment_ml.expected:.1f} ml, {work.hours.expected:.1f} h"
            drawing.text((152 + work.impressions_count // PER_PX, y + 4), told, fill="#404040", font=small)
        top += 96 + 34 * len(session.works)
    for column, (name, tone) in enumerate({name: getattr(plan.target, name) for name in ("skin", "stubble", "reached")}.items()):
        colour = tuple(srgb_from_linear(linear_from_lab([tone.lightness, tone.a, tone.b])).tolist())
        drawing.rectangle((30 + 170 * column, top, 150 + 170 * column, top + 60), fill=colour)
        drawing.text((34 + 170 * column, top + 66), f"{name}, L* {tone.lightness:.1f}", fill="black", font=small)
    due = plan.touch_ups[0]
    drawing.text((560, top + 20), f"Touch-up: {due.earliest:%Y} to {due.latest:%Y}, likely {due.likely:%Y}", fill="black", font=large)
    picture.save(folder / "works.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
