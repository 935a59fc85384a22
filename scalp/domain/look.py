"""A look: one photo with the treatment on it, at one moment."""

from scalp.base import ByteArray, Doubt, Value, value
from scalp.domain.fading import Band
from scalp.domain.photo import Photo


@value
class Moment(Value):
    """When a look is: after which session, how many days after it, how many years after healing, which band.

    `name` is the word in file names ('session-1', 'healed', 'year-10-low'); `label` is what a person reads.
    """

    name: str
    label: str
    session_number: int
    days: float
    years: float = 0.0
    band: Band = "expected"


@value
class Look(Value):
    """The picture of one moment.

    `photo` has the pixels of the photo it names, changed only where `touched` (rows, cols) is not 0.
    """

    photo_digest: str
    moment: Moment
    photo: Photo
    touched: ByteArray
    doubts: tuple[Doubt, ...] = ()
