"""Meshes, rasters, curves and spherical harmonics: shape without meaning. Knows no skin and no treatment."""
