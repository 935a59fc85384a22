"""A server for one page, on this computer only: who may ask, what may be asked, how it ends. What the page is for is a `Desk`'s.

Only 127.0.0.1 is listened on. The link carries a key that opens once; what it opens is a session that the page sends with
every request. Requests with another host, from another page, with too much in them or for anything not listed are
refused. Nothing is logged, kept or fetched.
"""

import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any, Protocol, Self

from scalp.base import BadInput, ScalpError

HOST = "127.0.0.1"
FIRST_PORT = 1024
LARGEST_BODY_BYTES = 500_000
SLOWEST_SECONDS = 15.0
"""A request that takes longer to arrive is dropped."""
IDLE_SECONDS = 1800.0
"""An open page is heard of every minute; without any for this long, the server ends."""
SESSION_HEADER = "X-Smp-Session"
_KINDS = {"html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_JSON = "application/json"
_PORTS = f"a free port, {FIRST_PORT} to 65535, or 0 for any"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Desk(Protocol):
    """What a page works on: it is opened, looks at photos, saves, and is done."""

    page_files: tuple[str, ...]
    """Files of `smp/pages`; the first is the page itself."""

    def opening(self) -> dict[str, Any]:
        """Return all the page shows at first."""

    def photo(self, number: int) -> bytes | None:
        """Return one photo as a JPEG, None where there is none of this number."""

    def save(self, told: dict[str, Any]) -> dict[str, Any]:
        """Keep what was marked and return what to say of it."""


class Refusal(Exception):  # noqa: N818 - not an error of the program
    """A request that is not answered, with its status and one sentence."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        """Remember both."""
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class LocalServer(ThreadingHTTPServer):
    """One page's server; `with` starts and ends it."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"
    """There a port whose last page has just closed is free again; elsewhere it would let two programs listen at once."""

    def __init__(self, desk: Desk, *, port: int = 0) -> None:
        """Listen on this computer's own address, on a free port where none is asked for."""
        self.desk, self.ended = desk, threading.Event()
        self._keys: set[str] = set()
        self._sessions: set[str] = set()
        self._lock = threading.Lock()
        self.heard_seconds = time.monotonic()
        if 0 < port < FIRST_PORT:
            raise BadInput("--port", port, _PORTS, "Leave --port out.")
        try:
            super().__init__((HOST, port), _Request)
        except (OSError, OverflowError) as fault:
            raise BadInput("--port", port, _PORTS, "Leave --port out.") from fault
        self.origin = f"http://{HOST}:{self.server_port}"

    def __enter__(self) -> Self:
        """Start to answer."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="page", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Answer no more."""
        self.shutdown()
        self.server_close()

    def new_link(self) -> str:
        """Return an address that opens the page once; earlier ones that were not used open nothing any more."""
        with self._lock:
            key = secrets.token_urlsafe(24)
            self._keys = {key}
        return f"{self.origin}/#{key}"

    def enter(self, key: str) -> str | None:
        """Return a session for a key that was not used before."""
        with self._lock:
            known = next((one for one in self._keys if _same(one, key)), None)
            if known is None:
                return None
            self._keys.discard(known)
            session = secrets.token_urlsafe(24)
            self._sessions.add(session)
            return session

    def knows(self, session: str) -> bool:
        """Tell whether a page that was let in is asking."""
        return any(_same(one, session) for one in tuple(self._sessions))

    def wait(self, *, idle_seconds: float = IDLE_SECONDS) -> bool:
        """Wait until the page is done; False where nothing was heard of any page for too long."""
        while not self.ended.wait(0.2):
            if time.monotonic() - self.heard_seconds > idle_seconds:
                return False
        return True

    def handle_error(self, *_: object) -> None:
        """Say nothing of connections that break: they may hold a client's data."""


class _Request(BaseHTTPRequestHandler):
    """One request, answered or refused."""

    server: LocalServer
    timeout = SLOWEST_SECONDS
    server_version, sys_version = "smp", ""

    def do_GET(self) -> None:
        """Answer with the page, its parts, a photo, or what the page shows."""
        self._answered(self._gave)

    def do_POST(self) -> None:
        """Let a page in, save, or end."""
        self._answered(self._took)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - the base's signature
        """Refuse what is no proper request with the same headers as all else."""
        self._reply(code, _JSON, json.dumps({"message": "This is not asked here."}).encode())

    def log_message(self, *_: object) -> None:
        """Keep no log."""

    def _answered(self, answer: Callable[[], tuple[str, bytes]]) -> None:
        """Send an answer, or a refusal in one sentence."""
        try:
            self._check_sender()
            kind, content = answer()
            status = HTTPStatus.OK
        except Refusal as refusal:
            status, kind, content = refusal.status, _JSON, _packed({"message": refusal.sentence})
        except (ScalpError, MemoryError) as fault:
            status, kind, content = (
                HTTPStatus.UNPROCESSABLE_ENTITY,
                _JSON,
                _packed({"message": str(fault) or "There is not enough memory."}),
            )
        except (ConnectionError, TimeoutError):
            raise
        except Exception:  # noqa: BLE001 - a page is always answered; what went wrong may hold a client's data and is not told
            status, kind = HTTPStatus.INTERNAL_SERVER_ERROR, _JSON
            content = _packed({"message": "That could not be taken. Nothing of it was saved; correct what was marked last."})
        self._reply(status, kind, content)
        if status == HTTPStatus.OK and (self.command, self.path) == ("POST", "/done"):
            self.wfile.flush()
            self.server.ended.set()

    def _check_sender(self) -> None:
        """Refuse other hosts (a name made to point here) and other pages (a form or script somewhere else)."""
        own = self.server.origin
        if self.headers.get_all("Host") != [own.removeprefix("http://")]:
            raise Refusal(HTTPStatus.MISDIRECTED_REQUEST, "This page is for this computer only.")
        origin = self.headers.get("Origin")
        # The empty page itself may be opened by a link anywhere, such as that of a terminal in a browser.
        is_opening = (self.command, self.path, self.headers.get("Sec-Fetch-Dest")) == ("GET", "/", "document")
        elsewhere = self.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"} and not is_opening
        if elsewhere or (origin is not None and origin != own) or (origin is None and self.command == "POST"):
            raise Refusal(HTTPStatus.FORBIDDEN, "Another page asked; only the page of smp itself may.")

    def _gave(self) -> tuple[str, bytes]:
        """Return what a page asked to see."""
        name = self.path.removeprefix("/") or self.server.desk.page_files[0]
        if name in self.server.desk.page_files:
            return _KINDS[name.rpartition(".")[2]], (resources.files("smp") / "pages" / name).read_bytes()
        self._check_session()
        if name == "opening":
            return _JSON, _packed(self.server.desk.opening())
        folder, _, number = name.removesuffix(".jpg").partition("/")
        photo = (
            self.server.desk.photo(int(number))
            if folder == "photos" and number.isascii() and number.isdigit() and len(number) < 6
            else None
        )
        if photo is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "There is nothing of this name.")
        return "image/jpeg", photo

    def _took(self) -> tuple[str, bytes]:
        """Return what became of what a page sent."""
        told = self._body()
        if self.path == "/enter":
            session = self.server.enter(str(told.get("key", "")))
            if session is None:
                raise Refusal(HTTPStatus.FORBIDDEN, "This link was used already. Press Enter in the terminal for a new one.")
            self.server.heard_seconds = time.monotonic()
            return _JSON, _packed({"session": session})
        self._check_session()
        if self.path == "/save":
            return _JSON, _packed(self.server.desk.save(told))
        if self.path not in {"/here", "/done"}:
            raise Refusal(HTTPStatus.NOT_FOUND, "There is nothing of this name.")
        return _JSON, _packed({})

    def _check_session(self) -> None:
        """Refuse who was not let in."""
        if not self.server.knows(self.headers.get(SESSION_HEADER, "")):
            raise Refusal(HTTPStatus.FORBIDDEN, "This page was not let in. Open the link that the terminal shows.")
        self.server.heard_seconds = time.monotonic()

    def _body(self) -> dict[str, Any]:
        """Return the JSON object that was sent, refused by its size before it is read."""
        if self.headers.get_content_type() != _JSON:
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only JSON is taken.")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or self.headers.get("Transfer-Encoding"):
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "Its length must be said.")
        if len(length) > 9 or int(length) > LARGEST_BODY_BYTES:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is more than all points there are.")
        try:
            told = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError, TimeoutError):
            raise Refusal(HTTPStatus.BAD_REQUEST, "That is not JSON.") from None
        if not isinstance(told, dict):
            raise Refusal(HTTPStatus.BAD_REQUEST, "That is not a JSON object.")
        return told

    def _reply(self, status: int, kind: str, content: bytes) -> None:
        """Send one answer and close."""
        self.send_response(status)
        for name, said in (_ALWAYS | {"Content-Type": kind, "Content-Length": str(len(content))}).items():
            self.send_header(name, said)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _packed(told: dict[str, Any]) -> bytes:
    """Return plain values as JSON."""
    return json.dumps(told).encode()


def _same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
