"""A pass-through between a client and the simulator that keeps what the client sent."""

import http.client
import json
import threading
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class SentRequest:
    """One request as it was on the wire."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class RecordingProxy:
    """Listens on a port of loopback until `close`; `take` hands over the requests since it was last asked."""

    def __init__(self, target: str) -> None:
        target_host = urllib.parse.urlsplit(target).netloc
        sent: list[SentRequest] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_arguments) -> None:
                """Says nothing."""

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                url = urllib.parse.urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                sent.append(SentRequest(self.command, url.path, url.query, headers, body))
                onward = http.client.HTTPConnection(target_host)
                onward.request(self.command, self.path, body, {**headers, "host": target_host, "connection": "close"})
                answer = onward.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "keep-alive"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                onward.close()

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

        self._sent = sent
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self) -> list[SentRequest]:
        taken = list(self._sent)
        self._sent.clear()
        return taken

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
