"""Measure views that no photo shows: one head, seated, lit and seen, in processor time and by the clock.

    python benchmarks/views.py [--width 1060] [--light daylight] [--repeat 5]

Seating is once a head, lighting once a light and turn of the lamps; the rest is what every further view costs. Needs the
fetched MakeHuman mesh (`smp assets --fetch`). The best of the repeats counts; processor time is of all threads together.
"""

import argparse
import resource
import time
from datetime import date

from scalp.capture.shape.heads import reconstruct_head
from scalp.demo.exposure import expose
from scalp.demo.lamps import choose_rig
from scalp.demo.portrait import MEDIUM_SKIN, make_demo_head
from scalp.demo.sitters import light_sitter, portray, seat_likeness
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.pigment import Needle, Pigment
from scalp.io.assets import makehuman_folder
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.seeing import scale_at, see_from
from scalp.rendering.views import Stand, render_scene, stand_camera
from scalp.treatment.courses import impressions_at, moments_of, plan_course


def timed(step, repeat):
    """Return what a step gives, with its best processor time and time by the clock, after one run that warms it."""
    made = step()
    best = [float("inf")] * 2
    for _ in range(repeat):
        started = time.process_time(), time.perf_counter()
        made = step()
        best = [min(known, now() - start) for known, now, start in zip(best, (time.process_time, time.perf_counter), started, strict=True)]
    return made, best


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--width", type=int, default=1060)
    asked.add_argument("--light", default="daylight")
    asked.add_argument("--repeat", type=int, default=5)
    wanted = asked.parse_args()
    makehuman, rig = makehuman_folder(), choose_rig(wanted.light)
    person = make_demo_head(makehuman, view=DemoView(width_px=756, height_px=1008))
    head = reconstruct_head(person.photo, points=person.marked_points)
    course = plan_course(
        head,
        MEDIUM_SKIN,
        Wishes(),
        start=date(2027, 3, 1),
        prices=read_price_list(),
        pigment=Pigment(),
        needle=Needle(),
        fading=Fading(),
        settings=PlanSettings(),
    )
    healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
    impressions = impressions_at(course, healed)
    stand = Stand(azimuth_degrees=40.0, elevation_degrees=10.0, width_px=wanted.width, height_px=wanted.width * 4 // 3)
    camera, few = stand_camera(head, stand), max(1, wanted.repeat // 3)
    print(f"{stand.width_px} x {stand.height_px} px, {len(impressions):,} impressions, {wanted.light}")
    sitter, seated = timed(lambda: seat_likeness(makehuman, head, MEDIUM_SKIN, film_fraction=rig.film_fraction), few)
    lit, lighted = timed(lambda: light_sitter(sitter, rig, stand.towards), few)
    scene, portrayed = timed(lambda: portray(lit, camera), wanted.repeat)
    light, impressed = timed(lambda: render_scene(scene, head, impressions, MEDIUM_SKIN, healed), wanted.repeat)
    _, exposed = timed(lambda: expose(light, camera, scene.skin_level, 1), wanted.repeat)
    _, seen = timed(lambda: see_from(light, scale_at(camera, course.design.hairline.points_mm[0]), 1000.0), wanted.repeat)
    rows = {"seat, once a head": seated, "light, once a light": lighted, "portray": portrayed, "impressions": impressed, "expose": exposed}
    rows |= {"a further view": [sum(row[kind] for row in (portrayed, impressed, exposed)) for kind in (0, 1)], "the eye at 1 m": seen}
    for name, (processor_seconds, clock_seconds) in rows.items():
        print(f"{name:22s} {processor_seconds:6.2f} s processor {clock_seconds:6.2f} s clock")
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
