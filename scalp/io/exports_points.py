"""Impressions as glTF points on the head: one binary file that every viewer of 3D opens. [Khronos2021]

Each session is a mesh of points of its own colour, to be shown and hidden by itself, with what is known of each impression
as attributes. The points stand a little off the surface, so that viewers do not sink them; the exact places are the table's.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from scalp.colour.srgb import linear_from_srgb
from scalp.domain.design import ZONE_NAMES
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_normals
from scalp.io.exports_placed import NOTICE, SPACE, Placed, session_srgb_u8
from scalp.io.glb import FOR_INDICES, GlbWriter

SCHEMA, VERSION = "smp-impressions-points", 1
LIFTED_MM = 0.15
"""How far the points stand off the surface."""
HEAD_SRGB_U8 = (224, 206, 190)
_MM_PER_M = 1000.0
_POINTS, _TRIANGLES = 0, 4
_UNLIT = "KHR_materials_unlit"


def points_as_glb(placed: Placed, head: Head) -> bytes:
    """Return the head and a mesh of points for each session as binary glTF, metres."""
    glb = GlbWriter()
    materials = [_material("skin", HEAD_SRGB_U8, lit=True)]
    meshes = [_head_mesh(glb, head)]
    for number in np.unique(placed.impressions.session_number):
        materials.append(_material(f"session-{number}", (255, 255, 255), lit=False))
        meshes.append(_session_mesh(glb, placed, int(number), len(materials) - 1))
    nodes = [{"name": mesh["name"], "mesh": index} for index, mesh in enumerate(meshes)]
    facts = {"schema": SCHEMA, "version": VERSION, "notice": NOTICE, "space": f"{SPACE}; metres", "lifted_mm": LIFTED_MM}
    facts |= {"head_digest": placed.impressions.head_digest, "plan_digest": placed.impressions.plan_digest}
    facts |= {"digest": placed.impressions.digest, "zones": list(ZONE_NAMES)}
    return glb.finish(
        {
            "asset": {"version": "2.0", "generator": "smp-mobile"},
            "scene": 0,
            "scenes": [{"name": "impressions", "nodes": list(range(len(nodes)))}],
            "nodes": nodes,
            "meshes": meshes,
            "materials": materials,
            "extensionsUsed": [_UNLIT],
            "extras": facts,
        }
    )


def _head_mesh(glb: GlbWriter, head: Head) -> dict[str, Any]:
    """Return the surface the points lie on."""
    attributes = {
        "POSITION": glb.add_column((head.surface.vertices_mm / _MM_PER_M).astype(np.float32), bounded=True),
        "NORMAL": glb.add_column(vertex_normals(head.surface).astype(np.float32)),
    }
    indices = glb.add_column(head.surface.faces.reshape(-1).astype(np.uint32), FOR_INDICES)
    return {"name": "head", "primitives": [{"attributes": attributes, "indices": indices, "material": 0, "mode": _TRIANGLES}]}


def _session_mesh(glb: GlbWriter, placed: Placed, number: int, material: int) -> dict[str, Any]:
    """Return the points of one session with all that is known of each; `_ROW` is its row in the table."""
    (rows,) = np.nonzero(placed.impressions.session_number == number)
    here = placed.impressions
    lifted_mm = placed.places_mm[rows] + LIFTED_MM * placed.normals[rows]
    colour = linear_from_srgb(np.array([session_srgb_u8(number)], np.uint8))[0]
    painted = np.tile(np.round(np.append(colour, 1.0) * 65_535).astype(np.uint16), (len(rows), 1))
    attributes = {
        "POSITION": glb.add_column((lifted_mm / _MM_PER_M).astype(np.float32), bounded=True),
        "COLOR_0": glb.add_column(painted, normalised=True),
    }
    told: dict[str, npt.NDArray[Any]] = {
        "_SESSION": here.session_number,
        "_ZONE": placed.zone_index,
        "_DIAMETER_MM": here.deposit_diameter_mm,
        "_TOP_DEPTH_MM": here.top_depth_mm,
        "_BOTTOM_DEPTH_MM": here.bottom_depth_mm,
        "_CONCENTRATION_MG_PER_ML": here.concentration_mg_per_ml,
    }
    attributes |= {name: glb.add_column(column[rows].astype(np.float32)) for name, column in told.items()}
    attributes["_ROW"] = glb.add_column(rows.astype(np.float32))
    return {"name": f"session-{number}", "primitives": [{"attributes": attributes, "material": material, "mode": _POINTS}]}


def _material(name: str, srgb_u8: tuple[int, int, int], *, lit: bool) -> dict[str, Any]:
    """Return a plain material, one that needs no lamp where it is not lit."""
    linear = linear_from_srgb(np.array([srgb_u8], np.uint8))[0]
    paint = {"baseColorFactor": [*(float(band) for band in linear), 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.9}
    return {"name": name, "pbrMetallicRoughness": paint} | ({} if lit else {"extensions": {_UNLIT: {}}})
