"""Work shared by two threads gives what one thread gives."""

import numpy as np
import pytest

from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere
from scalp.placement import sharing
from scalp.placement.fields import Effort, spread_field
from scalp.placement.placing import CAREFUL, FAST
from scalp.placement.rooms import Room
from scalp.placement.surfaces import Ground, prepare_ground

ROOM = Room(apart_mm=0.25, keep_away_mm=np.empty((0, 3)), keep_away_distance_mm=0.0)
TWO_THREADS, ONE_THREAD = 1, 10**9
"""From how many points on work is shared."""


def sphere(density_per_cm2: float, slope: float) -> Ground:
    """A sphere of 30 mm, with a density that may fall to nothing."""
    unit = icosphere(4)
    density = density_per_cm2 * np.maximum(0.0, 1.0 + slope * unit.vertices_mm[:, 1])
    return prepare_ground(Mesh(vertices_mm=30.0 * unit.vertices_mm, faces=unit.faces), density)


@pytest.mark.parametrize("worth_count", [TWO_THREADS, ONE_THREAD])
def test_each_point_is_done_once_and_in_order(monkeypatch, worth_count):
    monkeypatch.setattr(sharing, "_WORTH_SHARING_COUNT", worth_count)
    for count in (0, 1, 2, 7, 5000):
        parts = sharing.shared(count, lambda first, beyond: list(range(first, beyond)))
        assert [place for part in parts for place in part] == list(range(count))


@pytest.mark.parametrize("effort", [CAREFUL, FAST], ids=["careful", "fast"])
@pytest.mark.parametrize("slope", [0.0, 1.6], ids=["even", "ending"])
def test_a_field_is_the_same_to_the_byte_on_one_thread_and_on_two(monkeypatch, effort: Effort, slope: float):
    ground, fields = sphere(40.0, slope), []
    for worth_count in (TWO_THREADS, ONE_THREAD, TWO_THREADS):
        monkeypatch.setattr(sharing, "_WORTH_SHARING_COUNT", worth_count)
        fields.append(spread_field(ground, (1300, 1800, 1300), ROOM, effort, np.random.default_rng(5)))
    for other in fields[1:]:
        assert other.spots.face_index.tobytes() == fields[0].spots.face_index.tobytes()
        assert other.spots.barycentric.tobytes() == fields[0].spots.barycentric.tobytes()
        assert other.session_number.tobytes() == fields[0].session_number.tobytes()
