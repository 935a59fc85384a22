"""Diffuse light on a head's own shape: nine spherical-harmonic coefficients fitted to the skin that is seen."""

import numpy as np

from scalp.base import FloatArray

FIT_ROUNDS = 6


def shading_basis(normals: FloatArray) -> FloatArray:
    """Return the nine low spherical harmonics of unit normals (N, 3), unnormalised, (N, 9)."""
    x, y, z = normals.T
    return np.column_stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, x * x - y * y, 3 * z * z - 1])


def fit_shading(normals: FloatArray, light: FloatArray) -> FloatArray:
    """Return the nine coefficients of diffuse light (N,) on normals (N, 3), with bright outliers left out.

    A convex matte body under any distant light is explained to about 98 % by nine coefficients [Ramamoorthi2001];
    what exceeds them is glint, and must not pull the fit up.
    """
    basis = shading_basis(normals)
    weights = np.ones(len(light))
    shading: FloatArray = np.zeros(basis.shape[1])
    for _ in range(FIT_ROUNDS):
        normal = basis.T * weights
        shading = np.asarray(np.linalg.solve(normal @ basis + 1e-6 * len(light) * np.eye(basis.shape[1]), normal @ light), np.float64)
        residual = light - basis @ shading
        spread = max(1.4826 * float(np.median(np.abs(residual))), 1e-4)
        weights = np.where(residual > 0, 1.0 / (1.0 + (residual / spread) ** 2), 1.0)
    return shading
