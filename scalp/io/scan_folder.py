"""Files beside a scan: only those of its own folder, by plain relative names; everything else is refused. Runs in the child."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from scalp.base import BadMesh

LARGEST_FILE_BYTES = 768 * 2**20


def demand_inside(name: str) -> str:
    """Return the relative name of a file that a scan asks for; refuse networks, absolute places and the way up."""
    plain = unquote(name).replace("\\", "/").strip()
    parts = plain.split("/")
    if urlsplit(plain).scheme or plain.startswith("/") or ".." in parts or (len(plain) > 1 and plain[1] == ":") or "\0" in plain:
        remedy = "Export it with its pictures inside, or beside it in one folder."
        raise BadMesh("scan", "asking for a file that lies outside of its own folder", "files of its own folder", remedy)
    return plain


class OwnFolder:
    """Reads files beside a scan, and counts those that are missing. What asks for more than its folder is remembered as refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.missing_count = 0
        self.refused: BadMesh | None = None

    def get(self, name: str) -> bytes:
        """Return the bytes of a file beside the scan; raise `FileNotFoundError` where there is none."""
        try:
            inside = demand_inside(name)
            found = (self.folder / inside).resolve()
            if not found.is_relative_to(self.folder):
                demand_inside("../")
        except BadMesh as refusal:
            self.refused = refusal
            raise
        if not found.is_file() or found.stat().st_size > LARGEST_FILE_BYTES:
            self.missing_count += 1
            raise FileNotFoundError(name)
        return found.read_bytes()

    def raise_refused(self) -> None:
        """Raise what was refused while a library read on regardless."""
        if self.refused is not None:
            raise self.refused
