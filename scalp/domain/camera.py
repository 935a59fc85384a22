"""A pinhole camera and where it stands to the head.

Image points are (x, y) in px from the top-left corner of the picture, pixel centres at half-integers: the pixel in
row r, column c has its centre at (c + 0.5, r + 0.5). The camera frame is OpenCV's: x right, y down, z forward, mm.
"""

import numpy as np

from scalp.base import BadInput, FloatArray, Value, value


@value
class Camera(Value):
    """A pinhole without distortion. `camera_from_head` is 4 x 4, rigid, mm."""

    focal_px: float
    centre_px: tuple[float, float]
    """Where the optical axis meets the picture, (x, y)."""
    width_px: int
    height_px: int
    camera_from_head: FloatArray

    def check(self) -> None:
        """Refuse a camera that is not one."""
        if not (0 < self.focal_px < np.inf and np.isfinite(self.centre_px).all()):
            raise BadInput(
                "focal_px and centre_px",
                f"{self.focal_px} and {self.centre_px}",
                "finite, the focal length above 0",
                "Give the focal length in pixels.",
            )
        rotation = self.camera_from_head[:3, :3]
        rigid = self.camera_from_head.shape == (4, 4) and np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6)
        if not rigid or not np.isfinite(self.camera_from_head).all():
            raise BadInput("camera_from_head", "not rigid", "a rotation and a translation in mm", "Normalise it first.")

    def in_camera(self, points_mm: FloatArray) -> FloatArray:
        """Return head points (N, 3) mm in the camera frame, (N, 3) mm."""
        return np.asarray(points_mm @ self.camera_from_head[:3, :3].T + self.camera_from_head[:3, 3])

    def project(self, points_mm: FloatArray) -> FloatArray:
        """Return where head points (N, 3) mm appear in the picture, (N, 2) px."""
        seen = self.in_camera(points_mm)
        return np.asarray(self.focal_px * seen[:, :2] / seen[:, 2:3] + np.array(self.centre_px))

    @property
    def eye_mm(self) -> FloatArray:
        """Return the camera's own place in the head frame, (3,) mm."""
        return np.asarray(-self.camera_from_head[:3, :3].T @ self.camera_from_head[:3, 3])

    def rays(self, points_px: FloatArray) -> FloatArray:
        """Return unit directions in the head frame, (N, 3), of the sight lines through image points (N, 2) px."""
        ahead = np.column_stack([(points_px - np.array(self.centre_px)) / self.focal_px, np.ones(len(points_px))])
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        return np.asarray(ahead @ self.camera_from_head[:3, :3])
