"""Work shared by two threads gives what one thread gives."""

import numpy as np
import pytest

from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere
from scalp.placement import sharing
from scalp.placement.fields import spread_field
from scalp.placement.placing import CAREFUL
from scalp.placement.rooms import Room
from scalp.placement.surfaces import prepare_ground

ROOM = Room(apart_mm=0.25, keep_away_mm=np.empty((0, 3)), keep_away_distance_mm=0.0)


@pytest.mark.parametrize("worth_count", [1, 10**9])
def test_each_point_is_done_once_and_in_order(monkeypatch, worth_count):
    monkeypatch.setattr(sharing, "_WORTH_SHARING_COUNT", worth_count)
    for count in (0, 1, 2, 7, 5000):
        parts = sharing.shared(count, lambda first, beyond: list(range(first, beyond)))
        assert [place for part in parts for place in part] == list(range(count))


def test_a_field_is_the_same_to_the_byte_on_one_thread_and_on_two(monkeypatch):
    sphere = icosphere(4)
    ground = prepare_ground(Mesh(vertices_mm=30.0 * sphere.vertices_mm, faces=sphere.faces), np.full(len(sphere.vertices_mm), 40.0))
    fields = []
    for worth_count in (1, 10**9):
        monkeypatch.setattr(sharing, "_WORTH_SHARING_COUNT", worth_count)
        fields.append(spread_field(ground, (1300, 1800, 1300), ROOM, CAREFUL, np.random.default_rng(5)))
    for one, two in ((fields[0].spots.face_index, fields[1].spots.face_index), (fields[0].spots.barycentric, fields[1].spots.barycentric)):
        assert one.tobytes() == two.tobytes()
