"""The stated doubt of a head from one photo against true errors: identities of the model, and heads that no model was built from."""

import numpy as np
import pytest

from scalp.capture.shape.heads import reconstruct_head
from scalp.domain.photo import Photo, srgb_encoding
from tests.known_heads import HEADS, SD_90, errors_of, identities, identity_truth, true_outline, unseen_errors

pytestmark = pytest.mark.skipif(not HEADS.exists(), reason="the folder ../shared/data/heads is not here")
BLANK = Photo(pixels=np.zeros((2016, 1512, 3), np.uint8), encoding=srgb_encoding(), focal_px=2912.0)
HEADS_COUNT = 20


def test_nine_of_ten_true_errors_lie_inside_the_stated_interval_seen_and_unseen():
    model, random, seen, unseen = identities(), np.random.default_rng(12), [], []
    for seed in range(HEADS_COUNT):
        yaw, pitch = (0.0, 0.0) if seed % 3 == 0 else (float(random.uniform(-0.7, 0.7)), float(random.uniform(-0.4, 0.5)))
        truth, face = identity_truth(model, 600 + seed, yaw_rad=yaw, pitch_rad=pitch, strange=seed % 2 == 1)
        head = reconstruct_head(BLANK, face=face, outline=true_outline(truth, 1.0, seed))
        seen.append(errors_of(head, truth).inside_fraction)
        far_mm, sd_mm = unseen_errors(head, truth)
        unseen.append(np.mean(np.abs(far_mm) < SD_90 * sd_mm))
    # Errors of one head go together: the mean over 20 heads is known to 0.03 (one SD). Asked is 0.85 to 0.95 over many.
    assert 0.84 < np.mean(seen) < 0.97
    assert 0.84 < np.mean(unseen) < 0.985
