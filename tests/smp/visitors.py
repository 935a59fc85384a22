"""Who talks to the page of `smp points`: the page itself, or somebody who says to be it."""

import http.client
import json

from smp.pointing import PointsDesk
from smp.serving import HOST, SESSION_HEADER


def laid_out(photos, out):
    desk = PointsDesk(photos, out)
    desk.lay_out(photos, None, lambda *_: None)
    return desk


class Visitor:
    """Somebody who talks to a server, as the page itself where nothing else is said."""

    def __init__(self, server):
        self.server, self.session = server, ""

    def ask(self, method, path, body=None, *, length=None, drop=(), **headers):
        own = {"Host": self.server.origin.removeprefix("http://"), SESSION_HEADER: self.session}
        if method == "POST":
            own |= {"Origin": self.server.origin, "Content-Type": "application/json"}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None:
            own["Content-Length"] = str(len(content) if length is None else length)
        own |= {name.replace("_", "-"): said for name, said in headers.items()}
        line = http.client.HTTPConnection(HOST, self.server.server_port, timeout=10)
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, said in own.items():
            if name not in drop:
                line.putheader(name, said)
        line.endheaders(content)
        answer = line.getresponse()
        told = answer.read()
        line.close()
        return answer, told

    def enter(self):
        answer, told = self.ask("POST", "/enter", {"key": self.server.new_link().partition("#")[2]})
        assert answer.status == 200
        self.session = json.loads(told)["session"]
        return self
