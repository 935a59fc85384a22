"""How one impression darkens the skin at every distance around it: the table of our photon walks, read exactly.

What lives here: the table's reader, and the profile of contrast of any deposit in any skin. Sums of Gaussians for
drawing, and what fields of impressions do, are `scalp.skin.spread`'s; the walks are `scalp.skin.rings`'.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.interpolate import make_interp_spline

from scalp.base import BadInput, Float32Array, FloatArray, Value, as_numbers, value
from scalp.colour.spectra import WAVELENGTHS_NM, rgb_weights
from scalp.domain.skin import Skin
from scalp.skin import grids
from scalp.skin.tissue import (
    carbon_absorption_per_mm,
    epidermis_absorption_per_mm,
    papillary_absorption_per_mm,
    reticular_absorption_per_mm,
    skin_scattering_per_mm,
)
from scalp.skin.tone import inner_spectrum

FAR_FALL_MM = 3.0
"""Beyond the last ring the cube root falls off by a factor e in this distance."""
_COLUMNS = ("width", "top", "bottom", "concentration")
_SCALE_RANGE = (0.5, 1.6)
"""How much thinner or thicker than the table's an epidermis may be for all lengths to be scaled with it."""


@value
class Deposits(Value):
    """Columns of pigment as the table knows them, a row each, in the table's lengths.

    `radius_mm` (N,), `log_places_mm` (N, 4) on the axes of `deposit_axes`, and `thin_fraction` (N,): what is left of the
    effect of deposits smaller or paler than the table's least, in proportion to their pigment.
    """

    radius_mm: FloatArray
    log_places_mm: FloatArray
    thin_fraction: FloatArray


@lru_cache(maxsize=1)
def _table() -> tuple[FloatArray, Float32Array]:
    """Return the parts of skins (L, K) and of deposits (K, D * J * M * T * H) whose product is the table."""
    with np.load(grids.SPREAD_SKINS) as kept:
        skins = kept["skins"].astype(float) * kept["step"]
    with np.load(grids.SPREAD_DEPOSITS) as kept:
        code = np.cumsum(np.cumsum(kept["deposits"].astype(np.int32), axis=2), axis=3)
        deposits = (code.astype(np.float32) * np.float32(kept["step"])).reshape(len(code), -1)
    return skins, deposits


def skin_axes() -> tuple[FloatArray, ...]:
    """Return the axes of skins as they are interpolated on: log scattering, epidermal depth, dermal and papillary absorption."""
    return (
        np.log(grids.SCATTERING_NODES_PER_MM),
        np.log(np.array(grids.EPIDERMAL_NODES) + 2.5),
        np.log(grids.DERMAL_NODES_PER_MM),
        np.log(np.array(grids.PAPILLARY_NODES) + 1.0),
    )


def deposit_axes() -> tuple[FloatArray, ...]:
    """Return the axes of deposits as they are interpolated on: log width, pigment, depth of the top, and height."""
    return (
        np.log(grids.DIAMETER_NODES_MM),
        np.log(grids.CONCENTRATION_NODES_MG_PER_ML),
        np.log(np.array(grids.TOP_NODES_MM) + grids.TOP_OFFSET_MM),
        np.log(np.array(grids.HEIGHT_NODES_MM) + grids.HEIGHT_OFFSET_MM),
    )


def spline_weights(axis: FloatArray, wanted: npt.ArrayLike) -> FloatArray:
    """Return what each node (M,) of an axis counts at wanted places (N,), kept inside, in a cubic spline, (N, M)."""
    inside = np.clip(np.asarray(wanted, float), axis[0], axis[-1])
    return np.asarray(make_interp_spline(axis, np.eye(len(axis)))(inside))


def length_scale(skin: Skin) -> float:
    """Return how many times thicker this skin's epidermis is than the table's; all lengths are scaled by it."""
    return float(np.clip(skin.epidermis_mm / grids.TABLE_EPIDERMIS_MM, *_SCALE_RANGE))


def _skin_weights(skin: Skin) -> FloatArray:
    """Return what each skin of the table (L,) counts in a skin, at each wavelength, (31, L)."""
    nm = np.array(WAVELENGTHS_NM)
    scale = length_scale(skin)
    reticular = reticular_absorption_per_mm(skin, nm)
    at = (
        np.log(scale * skin_scattering_per_mm(skin, nm)),
        np.log(epidermis_absorption_per_mm(skin, nm) * skin.epidermis_mm + 2.5),
        np.log(scale * reticular),
        # A scaled papillary dermis is thicker or thinner than it is: its surplus of blood is kept.
        np.log(np.maximum(1.0 + (papillary_absorption_per_mm(skin, nm) / reticular - 1.0) / scale, 0.0) + 1.0),
    )
    along = [spline_weights(axis, wanted) for axis, wanted in zip(skin_axes(), at, strict=True)]
    return np.asarray(np.einsum("wa,wb,wc,wd->wabcd", *along, optimize=True).reshape(len(nm), -1))


def band_shares(skin: Skin) -> FloatArray:
    """Return what each wavelength counts in the light of bare skin in each band, (31, 3); each band sums to 1.

    Linear sRGB itself, its negative lobes included, so that bare skin's colour times what is left is the colour of the
    changed spectrum. With the lobes left out, a field on light skin would be 1.1 to 1.6 dE off.
    """
    light = rgb_weights() * inner_spectrum(skin)[:, None]
    return np.asarray(light / light.sum(axis=0))


@lru_cache(maxsize=16)
def skin_table(skin: Skin) -> Float32Array:
    """Return the cube root of -ln(1 - contrast) in each band, at the nodes of deposits in one skin, (3, D, J, M, T, H)."""
    skins, deposits = _table()
    shape = grids.DEPOSIT_SHAPE
    roots = ((_skin_weights(skin) @ skins).astype(np.float32) @ deposits).reshape(len(WAVELENGTHS_NM), *shape)
    # From the pigment's absorption to its concentration, at each wavelength.
    axis = np.log(grids.INK_NODES_PER_MM)
    carbon = length_scale(skin) * carbon_absorption_per_mm(WAVELENGTHS_NM)
    wanted = np.log(carbon[:, None] * np.array(grids.CONCENTRATION_NODES_MG_PER_ML))
    weights = spline_weights(axis, wanted.ravel()).reshape(len(carbon), 1, -1, len(axis)).astype(np.float32)
    doses = len(grids.INK_NODES_PER_MM)
    roots = np.maximum(weights @ roots.reshape(len(carbon), shape[0] * shape[1], doses, -1), 0.0)
    contrast = (1.0 - np.exp(-roots * roots * roots)).reshape(len(carbon), -1)
    bands = band_shares(skin).astype(np.float32).T @ contrast
    # Where a deep mark in dark skin takes red only, linear blue would rise a little; it is kept as it was.
    return np.asarray(np.cbrt(-np.log1p(-np.clip(bands, 0.0, 0.99999))).reshape(3, *shape), np.float32)


def _fit_columns(columns: tuple[npt.ArrayLike, ...]) -> list[FloatArray]:
    """Return columns as numbers of one length, (N,) each; refuse those that do not fit together."""
    numbers = [np.atleast_1d(as_numbers(f"{name} of an impression", column)) for name, column in zip(_COLUMNS, columns, strict=True)]
    lengths = {len(column) for column in numbers if column.size != 1}
    if any(column.ndim != 1 for column in numbers) or len(lengths) > 1:
        shapes = ", ".join(str(column.shape) for column in numbers)
        raise BadInput(f"{', '.join(_COLUMNS)} of impressions", shapes, "columns (N,) of one length, or one number", "Correct the columns.")
    return list(np.broadcast_arrays(*numbers))


def place_deposits(skin: Skin, columns: tuple[npt.ArrayLike, ...]) -> Deposits:
    """Return deposits on the table's axes; columns are width, top, bottom in mm and mg/ml. Refuse what cannot be."""
    diameter, top, bottom, concentration = _fit_columns(columns)
    for name, column in zip(_COLUMNS, (diameter, top, bottom, concentration), strict=True):
        wrong = ~np.isfinite(column) | (column < 0)
        if wrong.any():
            raise BadInput(f"{name} of an impression", float(column[wrong][0]), "a number of 0 or more", "Correct the impressions.")
    if (bottom < top).any():
        worst = int((top - bottom).argmax())
        raise BadInput(
            "bottom of an impression", f"{bottom[worst]:g} mm", f"{top[worst]:g} mm or more, bottom below top", "Correct the depths."
        )
    scale = length_scale(skin)
    least, most = np.array([(axis[0], axis[-1]) for axis in (grids.DIAMETER_NODES_MM, grids.CONCENTRATION_NODES_MG_PER_ML)]).T
    width = np.clip(diameter / scale, least[0], most[0])
    dose = np.clip(concentration, least[1], most[1])
    height = np.clip((bottom - top) / scale, grids.HEIGHT_NODES_MM[0], grids.HEIGHT_NODES_MM[-1])
    depth = np.minimum(top / scale, grids.TOP_NODES_MM[-1])
    thin = np.minimum(diameter / scale / least[0], 1.0) ** 2 * np.minimum(concentration / least[1], 1.0)
    thin *= np.minimum((bottom - top) / scale / grids.HEIGHT_NODES_MM[0], 1.0)
    places = np.column_stack([np.log(width), np.log(dose), np.log(depth + grids.TOP_OFFSET_MM), np.log(height + grids.HEIGHT_OFFSET_MM)])
    return Deposits(radius_mm=width / 2, log_places_mm=places, thin_fraction=thin)


def ring_roots(skin: Skin, deposits: Deposits) -> FloatArray:
    """Return the cube root of -ln(1 - contrast) of deposits at the table's rings, (N, 3, J)."""
    along = [spline_weights(axis, deposits.log_places_mm[:, index]) for index, axis in enumerate(deposit_axes())]
    path = ["einsum_path", (0, 4), (0, 3), (0, 2), (0, 1)]
    return np.asarray(np.einsum("bdjmth,nd,nm,nt,nh->nbj", skin_table(skin), *along, optimize=path))


def attenuation_profile(skin: Skin, deposits: Deposits, distance_mm: FloatArray) -> FloatArray:
    """Return -ln(1 - contrast) of deposits at distances (N, K) from their axes, (N, K, 3)."""
    rings = ring_roots(skin, deposits)
    split = len(grids.INSIDE_NODES)
    away = distance_mm / length_scale(skin)
    radius = deposits.radius_mm[:, None]
    inside = spline_weights(np.array(grids.INSIDE_NODES) ** 2, (away / radius) ** 2)
    beyond = np.maximum(away - radius, 0.0)
    outside = spline_weights(_outside_axis(), np.log(beyond + grids.OUTSIDE_OFFSET_MM))
    roots = np.where(
        (away < radius)[..., None],
        np.einsum("nkj,nbj->nkb", inside, rings[:, :, :split]),
        np.einsum("nkj,nbj->nkb", outside, rings[:, :, split:]),
    )
    # Beyond the last ring light falls off as it does there.
    faded = np.exp(-np.maximum(beyond - grids.OUTSIDE_NODES_MM[-1], 0.0) / FAR_FALL_MM)
    return np.asarray((np.maximum(roots, 0.0) * faded[..., None]) ** 3 * deposits.thin_fraction[:, None, None])


def _outside_axis() -> FloatArray:
    """Return the rings outside a deposit as they are interpolated on."""
    return np.asarray(np.log(np.array(grids.OUTSIDE_NODES_MM) + grids.OUTSIDE_OFFSET_MM))


def contrast_profile(
    skin: Skin,
    deposit_diameter_mm: npt.ArrayLike,
    top_depth_mm: npt.ArrayLike,
    bottom_depth_mm: npt.ArrayLike,
    concentration_mg_per_ml: npt.ArrayLike,
    distance_mm: npt.ArrayLike = (0.0,),
) -> FloatArray:
    """Return the part of the light from inside the skin that isolated impressions take at distances (K,), (N, K, 3).

    An absorbing column of carbon black, saturation included, seen from above in diffuse light, bands R, G, B of D65:
    the Monte Carlo itself, interpolated in its own optical coordinates for any melanin, blood, oxygenation, scattering
    and thickness of epidermis. The edge of a shallow deposit is a step, as it is for light. Range: 0.05 to 0.85 mm
    wide, tops to 1.4 mm, 0.09 to 1.35 mm high, 0.2 to 28 mg/ml; smaller and paler ones scale with their pigment, others
    stay at the edge. Left out: scattering by the pigment, ragged edges. [Jacques2013]

    >>> skin = Skin(melanin_fraction=0.02, blood_fraction=0.011)
    >>> contrast_profile(skin, 0.25, 0.1, 0.4, 1.3, [0.0, 0.2, 0.5]).shape
    (1, 3, 3)
    """
    away = np.atleast_1d(as_numbers("distance from an impression", distance_mm))
    if away.ndim != 1 or not np.isfinite(away).all():
        raise BadInput("distance from an impression", away.shape, "finite numbers in a row, in mm", "Correct the distances.")
    deposits = place_deposits(skin, (deposit_diameter_mm, top_depth_mm, bottom_depth_mm, concentration_mg_per_ml))
    distances = np.broadcast_to(np.abs(away), (len(deposits.radius_mm), len(away)))
    return np.asarray(-np.expm1(-attenuation_profile(skin, deposits, distances)))
