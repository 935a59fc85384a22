"""Every impression of a plan for other programs: a table (Parquet), points on the head (glTF) and true drawings (SVG).

Each kind has its own module (`exports_table`, `exports_points`, `exports_drawn`), what all of them say of an impression is in
`exports_placed`. All hold the shape of a head: they are readable by their owner only.
"""

import os
from pathlib import Path

from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.io.exports_drawn import DRAWN_SIDES, draw_side
from scalp.io.exports_placed import place_exported
from scalp.io.exports_points import points_as_glb
from scalp.io.exports_table import table_of_impressions
from scalp.io.pictures import OWNER_ONLY, write_whole

TABLE_NAME, POINTS_NAME, DRAWING_NAME = "impressions.parquet", "impressions.glb", "impressions-{side}.svg"


def write_exports(impressions: Impressions, head: Head, design: Design, folder: str | os.PathLike[str]) -> list[str]:
    """Write impressions into a folder as Parquet, as glTF points and as a drawing of each side, and return the files' names.

    Raises `WrongParent` for impressions or a design of another head, before anything is written.
    """
    placed = place_exported(impressions, head, design)
    place = Path(folder)
    contents = {TABLE_NAME: table_of_impressions(placed), POINTS_NAME: points_as_glb(placed, head)}
    contents |= {DRAWING_NAME.format(side=side): draw_side(placed, head, design, side) for side in DRAWN_SIDES}
    for name, content in contents.items():
        write_whole(place / name, content, mode=OWNER_ONLY)
    return list(contents)
