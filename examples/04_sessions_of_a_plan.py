"""Plan three sessions on a generated head and draw them: days, impressions, hours and prices, beside what each session adds.

python examples/04_sessions_of_a_plan.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment

COLOURS = ((74, 88, 110), (116, 134, 160), (166, 180, 200))


def generated_head() -> Head:
    """A head of closed formulas, its size known exactly."""
    shown = make_analytic_head(view=DemoView(width_px=120, height_px=160))
    landmarks_mm = shown.points_mm[[shown.point_names.index(name) for name in LANDMARK_NAMES]]
    exact = np.zeros(len(shown.surface.vertices_mm))
    return Head(surface=shown.surface, landmarks_mm=landmarks_mm, cameras=(), photo_digests=(), scale_sd_fraction=0.0, surface_sd_mm=exact)


def main(folder=Path("out/examples")):
    """Write sessions.png."""
    folder.mkdir(parents=True, exist_ok=True)
    head = generated_head()
    plan = plan_treatment(propose_design(head, Wishes(norwood="5")), head, start=date(2027, 3, 1), prices=read_price_list())
    picture = Image.new("RGB", (900, 110 * len(plan.sessions) + 60), "white")
    drawing, large, small = ImageDraw.Draw(picture), ImageFont.load_default(24), ImageFont.load_default(17)
    left, width = 40, 820
    for row, (session, colour) in enumerate(zip(plan.sessions, COLOURS, strict=True)):
        top, end = 30 + 110 * row, left + round(width * session.share_fraction)
        drawing.rectangle((left, top, end, top + 34), fill=colour)
        hours, price = session.hours, session.price
        drawing.text((end + 12, top + 3), f"{session.day:%d %B %Y}   {session.share_fraction:.0%}", fill="black", font=large)
        words = f"{session.impressions_count:,} impressions, {hours.low:.1f} to {hours.high:.1f} h, {price.low} to {price.high} {price.currency}"
        drawing.text((left, top + 46), words, fill=(70, 70, 70), font=small)
    drawing.text(
        (40, picture.height - 40), "; ".join(doubt.where + ": " + doubt.size for doubt in plan.doubts), fill=(120, 120, 120), font=small
    )
    picture.save(folder / "sessions.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
