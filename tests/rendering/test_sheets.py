"""Contact sheets and films: layout only."""

import numpy as np
import pytest

from scalp.rendering.films import DISSOLVE_FRAMES, compose_film
from scalp.rendering.sheets import PAPER, SHEET_WIDTH_PX, Block, Tile, compose_sheet


def a_tile(colour, label="Before", rows=120, cols=100):
    return Tile(srgb_u8=np.full((rows, cols, 3), colour, np.uint8), label=label)


def has_colour(sheet, colour):
    return (np.abs(sheet.astype(int) - np.array(colour)).max(axis=2) <= 2).any()


def test_a_sheet_shows_every_tile_and_is_as_wide_as_told():
    colours = [(200, 10, 10), (10, 200, 10), (10, 10, 200)]
    sheet = compose_sheet("Title", "Line", tuple((a_tile(colour),) for colour in colours), (Block(heading="Plan", lines=("One",)),))
    assert sheet.shape[1] == SHEET_WIDTH_PX
    assert all(has_colour(sheet, colour) for colour in colours)
    assert has_colour(sheet, PAPER)


def test_tiles_of_a_row_have_one_height_and_keep_their_shape():
    red, green = a_tile((200, 10, 10), rows=200, cols=100), a_tile((10, 200, 10), rows=100, cols=100)
    sheet = compose_sheet("Title", "Line", ((red, green),), ()).astype(int)
    sizes = []
    for band in (0, 1):
        rows, cols = np.nonzero((sheet[..., band] > 190) & (sheet.sum(axis=2) < 240))
        sizes.append((rows.max() - rows.min(), cols.max() - cols.min()))
    assert sizes[0][0] == pytest.approx(sizes[1][0], abs=3)
    assert sizes[0][0] / sizes[0][1] == pytest.approx(2.0, rel=0.02)
    assert sizes[1][0] / sizes[1][1] == pytest.approx(1.0, rel=0.02)


def test_more_words_make_a_longer_sheet_and_none_are_lost_beyond_its_edge():
    few = compose_sheet("T", "L", (), (Block(heading="Doubts", lines=("short",)),))
    many = compose_sheet("T", "L", (), (Block(heading="Doubts", lines=("a doubt of many words " * 30,), wide=True),))
    assert many.shape[0] > few.shape[0] + 100
    assert (many[:, -20:] == np.array(PAPER)).all()


def test_a_film_holds_each_picture_and_dissolves_between_them():
    pictures = tuple(np.full((80, 60, 3), grey, np.uint8) for grey in (0, 100, 200))
    frames, seconds = compose_film(pictures, ("Before", "Session 1", "Healed"))
    assert len(frames) == len(seconds) == 3 + 2 * (DISSOLVE_FRAMES - 1)
    greys = [int(frame[50, 300, 0]) for frame in frames]
    assert greys == sorted(greys)
    assert seconds[-1] > seconds[0] > seconds[1]
    assert len({frame.shape for frame in frames}) == 1
