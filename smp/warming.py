"""The first run: number-crunching parts of the engine are compiled for this machine once, and the person is told so.

Compiled code is kept by numba beside the package, or in the user's cache where that may not be written. What is compiled
is whatever a tiny course on an analytic head needs; the results are thrown away.
"""

import dataclasses
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from scalp.base import NotPossible, Progress, ScalpError
from scalp.io.cache import cache_root, made_folder
from scalp.io.pictures import write_whole

_ENGINE = Path(__file__).resolve().parent.parent / "scalp"
_TINY_PX = (192, 256)
_TINY_DENSITY_PER_CM2 = 20.0
_WORDS = "{} (first run only)"


def choose_compiler_cache() -> None:
    """Let compiled code be kept in the user's cache where the package's own folder may not be written. Before numba is imported."""
    if "NUMBA_CACHE_DIR" in os.environ or os.access(_ENGINE, os.W_OK):
        return
    with suppress(ScalpError, OSError):
        kept = made_folder(cache_root() / "compiled")
        if os.access(kept, os.W_OK):
            os.environ["NUMBA_CACHE_DIR"] = str(kept)
            return
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="smp-compiled-")


def warm_up(progress: Progress, *, demo: bool = False) -> None:
    """Compile what a course needs, telling each part, unless this version has run here before; `demo` adds the demo head's own."""
    parts = _course_parts() + (_demo_parts() if demo else ())
    mark = _marker(demo=demo)
    if mark.exists():
        threading.Thread(target=_load, name="loading compiled code", daemon=True).start()
        return
    for number, (words, compile_part) in enumerate(parts):
        progress(_WORDS.format(words), number / len(parts))
        compile_part()
    with suppress(ScalpError, OSError):
        # A cache that cannot be written only means that the next run looks again.
        made_folder(mark.parent)
        write_whole(mark, b"")


def _load() -> None:
    """Load the compiler's own start and one small part, beside the reading of the photo: a third of a second less to wait for."""
    from scalp.domain.skin import Skin
    from scalp.skin.spread import point_spread

    point_spread(Skin(melanin_fraction=0.02, blood_fraction=0.02), 0.25, 0.1, 0.4, 1.0)


def _marker(*, demo: bool) -> Path:
    """Return the file that says that this very version was compiled here, by its sources, numba and python."""
    name = hashlib.blake2b(digest_size=8)
    for source in sorted(_ENGINE.rglob("*.py")):
        told = source.stat()
        name.update(f"{source.relative_to(_ENGINE)} {told.st_mtime_ns} {told.st_size}\n".encode())
    name.update(f"{_ENGINE} {sys.version} {metadata.version('numba')} {os.environ.get('NUMBA_CACHE_DIR')}".encode())
    return cache_root() / "compiled" / f"{'demo' if demo else 'course'}-{name.hexdigest()}"


def _course_parts() -> tuple[tuple[str, Callable[[], Any]], ...]:
    """Return the parts of a tiny course with what to say of each; a later part uses what an earlier one made."""
    made: dict[str, Any] = {}
    return (
        ("compiling the head fit", partial(_see, made)),
        ("compiling placement", partial(_place, made)),
        ("compiling rendering", partial(_render, made)),
        ("compiling the view of a head", partial(_draw, made)),
        ("compiling the maps", partial(_map, made)),
    )


def _see(made: dict[str, Any]) -> None:
    """Photograph an analytic head and reconstruct it from its points."""
    from scalp.capture.size.scale import ScaleWish
    from scalp.demo.analytic import make_analytic_head
    from scalp.demo.truth import DemoView
    from scalp.io.assets import models_folder
    from scalp.treatment.sittings import see_head

    person = make_analytic_head(view=DemoView(width_px=_TINY_PX[0], height_px=_TINY_PX[1]))
    models = None
    with suppress(NotPossible):
        models = models_folder()
    made["sitting"] = see_head(person.photo, models, points=person.marked_points, face_number=None, scale=ScaleWish())


def _place(made: dict[str, Any]) -> None:
    """Plan and place a few impressions."""
    from scalp.domain.design import Wishes
    from scalp.domain.fading import Fading
    from scalp.domain.pigment import Needle, Pigment
    from scalp.io.tables import read_price_list
    from scalp.planning.plans import PlanSettings
    from scalp.treatment.courses import plan_course

    made["course"] = plan_course(
        made["sitting"].head,
        made["sitting"].skin,
        Wishes(peak_density_per_cm2=_TINY_DENSITY_PER_CM2),
        start=date(2000, 1, 1),
        prices=read_price_list(None),
        pigment=Pigment(),
        needle=Needle(),
        fading=Fading(),
        settings=PlanSettings(),
    )


def _render(made: dict[str, Any]) -> None:
    """Render a fresh look and a late one, with stubble around them."""
    from scalp.domain.hair import NativeHair, Stubble
    from scalp.treatment.courses import moments_of
    from scalp.treatment.looks import render_course

    moments = moments_of(made["course"].plan)
    sitting = dataclasses.replace(made["sitting"], stubble=Stubble(hair=NativeHair(density_per_cm2=_TINY_DENSITY_PER_CM2)))
    list(render_course(sitting, made["course"], (moments[0], moments[-1])))


def _draw(made: dict[str, Any]) -> None:
    """Draw a head by itself, with the colours of its photo and with those of its doubt."""
    from scalp.capture.texture.textures import BakeSettings, bake_texture
    from scalp.rendering.busts import draw_bust, dress_bust

    sitting = made["sitting"]
    texture = bake_texture(sitting.head, (sitting.photo,), settings=BakeSettings(side_px=64))
    for bust in (dress_bust(sitting.head), dress_bust(sitting.head, texture)):
        draw_bust(bust, sitting.camera)


def _map(made: dict[str, Any]) -> None:
    """Draw the treatment map of a head."""
    from scalp.rendering.maps import draw_map

    draw_map(made["sitting"].head, made["course"].design, "front", height_px=_TINY_PX[0])


def _demo_parts() -> tuple[tuple[str, Callable[[], Any]], ...]:
    """Return what the demo head needs besides."""

    def photograph() -> None:
        from scalp.demo.portrait import make_demo_head
        from scalp.demo.truth import DemoView
        from scalp.io.assets import makehuman_folder

        make_demo_head(makehuman_folder(), view=DemoView(width_px=_TINY_PX[0], height_px=_TINY_PX[1]))

    return (("compiling the demo head", photograph),)
