# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of the Hugging Face hub on loopback: repositories of a few files, as huggingface_hub asks for them."""

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class HubServer:
    """Use as a context manager. `repositories` holds name -> path -> content; `cut_after` breaks the next download off."""

    def __init__(self, repositories: dict[str, dict[str, bytes]]) -> None:
        self.repositories = repositories
        self.cut_after: int | None = None
        self.wrong: set[str] = set()  # paths that are sent with other bytes
        self.ranges: list[str] = []
        self.sent: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                path = unquote(urlsplit(self.path).path)
                if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(/revision/[^/]+)?", path):
                    hub._answer_info(self, found[1])
                elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)", path):
                    hub._answer_file(self, found[1], found[2])
                else:
                    hub._answer(self, 404, b"{}", {})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command == "GET":
            handler.wfile.write(body)

    def _answer_info(self, handler: BaseHTTPRequestHandler, name: str) -> None:
        files = self.repositories.get(name)
        if files is None:
            self._answer(handler, 404, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})
            return
        siblings: list[dict[str, Any]] = []
        for path, content in files.items():
            sibling: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": hashlib.sha1(content).hexdigest()}
            if path.endswith(".safetensors"):
                sibling["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            siblings.append(sibling)
        info = {"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "openrail++"}, "tags": []}
        self._answer(handler, 200, json.dumps(info).encode(), {"Content-Type": "application/json"})

    def _answer_file(self, handler: BaseHTTPRequestHandler, name: str, path: str) -> None:
        content = self.repositories[name][path]
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if path in self.wrong:
            content = bytes(len(content))
        start = 0
        if found := re.fullmatch(r"bytes=(\d+)-.*", handler.headers.get("Range") or ""):
            start = int(found[1])
            self.ranges.append(path)
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        if handler.command == "GET":
            self.sent.append(path)
        if handler.command == "GET" and self.cut_after is not None and len(content) > self.cut_after:
            self._cut(handler, content, headers)
            return
        self._answer(handler, 206 if start else 200, content[start:], headers)

    def _cut(self, handler: BaseHTTPRequestHandler, content: bytes, headers: dict[str, str]) -> None:
        handler.send_response(200)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content[: self.cut_after])
        self.cut_after = None
        handler.close_connection = True
