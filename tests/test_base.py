"""The base: nouns are frozen, own their arrays, are equal by content; errors say four things; doubts are sentences."""

import dataclasses
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scalp.base import BadInput, BadMesh, BadPhoto, Doubt, NotPossible, ScalpError, Unreadable, Value, WrongParent, as_numbers, value
from scalp.domain.head import Mesh


@value
class Ring(Value):
    """A noun for these tests."""

    radius_mm: float
    points_mm: np.ndarray
    name: str = "ring"
    parts: tuple[object, ...] = ()

    def check(self):
        if not self.radius_mm > 0:
            raise BadInput("radius_mm", self.radius_mm, "above 0", "Give the radius.")


@value
class Hoop(Value):
    """Another noun with the same fields as `Ring`."""

    radius_mm: float
    points_mm: np.ndarray
    name: str = "ring"
    parts: tuple[object, ...] = ()


def ring(**changes):
    return Ring(**{"radius_mm": 2.0, "points_mm": np.zeros((3, 2)), **changes})


FINITE = arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6))


@given(points_mm=FINITE, radius_mm=st.floats(1e-3, 1e3), name=st.text(max_size=8))
def test_nouns_of_equal_content_are_equal_and_hash_alike(points_mm, radius_mm, name):
    first = ring(points_mm=points_mm, radius_mm=radius_mm, name=name)
    second = ring(points_mm=np.asfortranarray(points_mm.copy()), radius_mm=radius_mm, name=name)
    assert first == second
    assert hash(first) == hash(second)
    assert len({first, second}) == 1


@given(points_mm=FINITE, changed=st.integers(0, 10_000))
def test_a_change_of_one_number_makes_another_noun(points_mm, changed):
    other = points_mm.copy()
    other.flat[changed % other.size] += 1.0
    assert ring(points_mm=points_mm) != ring(points_mm=other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"points_mm": np.zeros((2, 3))}, {"points_mm": np.zeros((3, 2))}),
        ({"points_mm": np.zeros(3)}, {"points_mm": np.zeros(3, np.float32)}),
        ({"parts": ("ab",)}, {"parts": ("a", "b")}),
        ({"parts": ("a", ("b",))}, {"parts": (("a",), "b")}),
        ({"parts": ("1",)}, {"parts": (1,)}),
        ({"parts": (True,)}, {"parts": (1,)}),
        ({"parts": (None,)}, {"parts": ()}),
        ({"parts": (Decimal("1.0"),)}, {"parts": (1.0,)}),
        ({"parts": (date(2026, 3, 1),)}, {"parts": ("2026-03-01",)}),
        ({"name": "a"}, {"name": "b"}),
    ],
)
def test_contents_that_only_look_alike_are_different_nouns(one, other):
    assert ring(**one) != ring(**other)


def test_a_noun_is_not_equal_to_one_of_another_kind_with_the_same_content():
    assert ring() != Hoop(radius_mm=2.0, points_mm=np.zeros((3, 2)))
    assert ring() != "ring"


def test_a_number_from_numpy_is_the_same_number():
    assert ring(radius_mm=np.float64(2.0)) == ring(radius_mm=2.0)
    assert ring(parts=(np.float64(0.1), np.bool_(True), np.int64(3))) == ring(parts=(0.1, True, 3))


def test_a_digest_is_the_same_on_every_machine_and_in_every_version():
    assert Doubt(kind="scale", where="whole head", size="+-4 %", advice="Measure.").digest == "c56b8c50cdf6c0d387d7b3edf3112c53"
    assert Mesh(vertices_mm=np.eye(3), faces=np.array([[0, 1, 2]], np.int32)).digest == "d782cc1feb8de1ba9ff96ddbc6bf2dd2"


def test_arrays_are_owned_and_cannot_be_written():
    mine = np.zeros((3, 2))
    noun = ring(points_mm=mine)
    mine[0, 0] = 7.0
    assert noun.points_mm[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        noun.points_mm[0, 0] = 1.0


def test_a_view_of_an_array_that_changes_later_is_copied():
    mine = np.zeros((4, 2))
    view = mine[:2]
    view.setflags(write=False)
    noun = ring(points_mm=view)
    mine[:] = 5.0
    assert (noun.points_mm == 0.0).all()


def test_an_array_of_one_noun_is_shared_with_the_next_and_not_copied():
    noun = ring()
    assert ring(points_mm=noun.points_mm).points_mm is noun.points_mm


def test_fields_cannot_be_set_and_must_be_named():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ring().radius_mm = 3.0
    with pytest.raises(TypeError):
        Ring(2.0, np.zeros(3))


@pytest.mark.parametrize("radius_mm", [0.0, -1.0, float("nan")])
def test_the_check_of_a_noun_refuses_at_construction(radius_mm):
    with pytest.raises(BadInput) as refused:
        ring(radius_mm=radius_mm)
    assert refused.value.field == "radius_mm"


@pytest.mark.parametrize("content", [{"a": 1}, [1], {1}, object(), 1j])
def test_a_noun_refuses_to_be_named_by_what_can_change(content):
    with pytest.raises(TypeError, match="arrays, tuples, nouns or plain values"):
        _ = ring(parts=(content,)).digest


@pytest.mark.parametrize("kind", [BadInput, BadPhoto, BadMesh, WrongParent])
def test_bad_input_says_what_its_value_what_is_allowed_and_what_to_do(kind):
    error = kind("height-mm", 12, "40 to 130 mm", "Measure again.")
    assert isinstance(error, ScalpError)
    assert (error.field, error.value, error.allowed, error.remedy) == ("height-mm", 12, "40 to 130 mm", "Measure again.")
    assert str(error) == "height-mm is 12; allowed: 40 to 130 mm. Measure again."


def test_what_is_not_possible_says_what_is():
    error = NotPossible("a look of two faces", "one face", "Choose with --face.")
    assert str(error) == "a look of two faces is not possible; reachable: one face. Choose with --face."
    assert (error.asked, error.reachable) == ("a look of two faces", "one face")


def test_a_file_of_another_version_is_named_with_it():
    error = Unreadable("treatment", "9", "Update the program.")
    assert (error.kind, error.version, str(error)) == ("treatment", "9", "Cannot read treatment of version 9. Update the program.")


def test_a_doubt_is_a_sentence():
    doubt = Doubt(kind="unseen", where="crown", size="about 6 mm", advice="Add a photo from above.")
    assert doubt.sentence() == "crown: about 6 mm. Add a photo from above."


@pytest.mark.parametrize("wrong", ["words", [[1.0], [1.0, 2.0]], {}, ["a"]])
def test_what_is_no_array_of_numbers_is_refused(wrong):
    with pytest.raises(BadInput, match="numbers"):
        as_numbers("depth", wrong)
