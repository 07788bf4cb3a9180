# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the wire contract for tests: every message, both ways, is held against the schema."""

import base64
import http.client
import io
import json
import os
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import jsonschema
from PIL import Image

SCHEMA = json.loads((Path(__file__).parents[2] / "endpoint" / "tile-batch.schema.json").read_text())
TIMEOUT_S = 60
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 100


def check(message: object, definition: str) -> None:
    """Raises when a message breaks the contract."""
    jsonschema.validate(message, {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})


def encode(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def decode(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")


def make_picture(size: int = 64, seed: int = 1) -> Image.Image:
    """Two gradients and some texture; the same for the same seed."""
    picture = Image.new("RGB", (size, size))
    picture.putdata([((x * 3 + seed * 40) % 256, (y * 2) % 256, (x ^ y) * 4 % 256) for y in range(size) for x in range(size)])
    return picture


def make_request(tiles: int = 1, target: int | None = 64, size: int = 64, **extra: Any) -> dict[str, Any]:
    request = {
        "protocol": 1, "batch_id": str(uuid.uuid4()), "global_prompt": "sharp", "negative_prompt": "",
        "tiles": [
            {"id": str(i), "index": i, "row": 0, "col": i, "x": i * 64, "y": 0, "width": size, "height": size,
             "image": encode(make_picture(size, i)), "seed": i}
            for i in range(tiles)
        ],
        "model_config": {"base_model": "", "controlnet": {"enabled": True}, "loras": []},
        "gen_params": {"strength": 0.3, "steps": 4, "cfg_scale": 2, "seed": 0, "sampler": "", "gen_res": 0},
        "ip_adapter_enabled": False, "target_width": target, "target_height": target, **extra,
    }  # fmt: skip
    return request


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


# The body of a request: at once, or in chunks without a length.
Body = bytes | str | Iterable[bytes] | None

# Secrets for a server that wants them, as the plug-in takes them.
SECRETS = {"UPSCALE_MODAL_KEY": "Modal-Key", "UPSCALE_MODAL_SECRET": "Modal-Secret"}


def read_secrets() -> dict[str, str]:
    headers = {header: os.environ[name] for name, header in SECRETS.items() if os.environ.get(name)}
    if token := os.environ.get("UPSCALE_TOKEN"):
        headers["Authorization"] = "Bearer " + token
    elif basic := os.environ.get("UPSCALE_BASIC"):
        headers["Authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
    return headers


def is_final(answer: dict[str, Any]) -> bool:
    return answer["status"] in ("completed", "failed", "cancelled")


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """Speaks to an endpoint at an http, https or `unix:` address, and follows redirects within it; never through a proxy."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self.parts = urlsplit(url)
        self.headers = read_secrets() if headers is None else headers

    @property
    def base_path(self) -> str:
        return "" if self.parts.scheme == "unix" else self.parts.path.rstrip("/")

    def send(self, method: str, path: str, body: Body = None, headers: dict[str, str] | None = None) -> Reply:
        return self.follow(method, self.base_path + path, body, headers)

    def follow(self, method: str, target: str, body: Body = None, headers: dict[str, str] | None = None) -> Reply:
        """As send(), to a path from the server's root on."""
        for _ in range(MOST_REDIRECTS):
            reply = self.exchange(method, target, body, headers)
            if reply.status not in REDIRECTS:
                return reply
            assert "location" in reply.headers, "a redirect does not say where to"
            target = self.resolve(target, reply.headers["location"])
            if reply.status == 303 or (method == "POST" and reply.status in (301, 302)):
                method, body = "GET", None
        raise AssertionError(f"{MOST_REDIRECTS} redirects in a row, and no answer")

    def resolve(self, target: str, location: str) -> str:
        """The path that a Location leads to; it must lie on the same server."""
        scheme, host = ("http", "localhost") if self.parts.scheme == "unix" else (self.parts.scheme, self.parts.netloc)
        leads_to = urlsplit(urljoin(f"{scheme}://{host}{target}", location))
        assert (leads_to.scheme, leads_to.netloc) == (scheme, host), f"Location leads to another origin: {location}"
        return leads_to.path + ("?" + leads_to.query if leads_to.query else "")

    def exchange(self, method: str, target: str, body: Body = None, headers: dict[str, str] | None = None) -> Reply:
        """One request and its answer, also where that is a redirect."""
        connection = self.open()
        try:
            connection.request(method, target, body, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def open(self) -> http.client.HTTPConnection:
        if self.parts.scheme == "unix":
            return UnixConnection(self.parts.path, TIMEOUT_S)
        kind = http.client.HTTPSConnection if self.parts.scheme == "https" else http.client.HTTPConnection
        return kind(self.parts.netloc, timeout=TIMEOUT_S)

    def refused(self, status: int, reply: Reply) -> str:
        assert reply.status == status, (reply.status, reply.body[:300])
        assert reply.headers["content-type"].startswith("application/problem+json")
        check(reply.json, "problem")
        assert reply.json["status"] == status
        return str(reply.json["detail"])

    def put(self, request: dict[str, Any], wait_s: int | None = None) -> Reply:
        headers = {"Content-Type": "application/json"}
        if wait_s is not None:
            headers["Prefer"] = f"respond-async, wait={wait_s}"
        return self.send("PUT", f"/v1/batches/{request['batch_id']}", json.dumps(request), headers)

    def post(self, request: dict[str, Any]) -> Reply:
        return self.send("POST", "/process_tile_batch", json.dumps(request), {"Content-Type": "application/json"})

    def get(self, batch_id: str, results_from: int = 0, wait_s: int = 10, more: str = "") -> Reply:
        path = f"/v1/batches/{batch_id}?results_from={results_from}{more}"
        return self.send("GET", path, headers={"Prefer": f"respond-async, wait={wait_s}"})

    def answer(self, reply: Reply) -> dict[str, Any]:
        assert reply.status in (200, 202), (reply.status, reply.body[:300])
        answer: dict[str, Any] = reply.json
        check(answer, "answer")
        assert is_final(answer) == (reply.status == 200), (reply.status, answer["status"])
        assert answer["success"] == (answer["status"] == "completed")
        return answer

    def finish(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Submits and polls to the end, as the plug-in does; returns all results."""
        check(request, "request")
        return self.collect(request["batch_id"], self.put(request, 10))

    def collect(self, batch_id: str, reply: Reply) -> list[dict[str, Any]]:
        """Polls from the answer to a submission on."""
        answer = self.answer(reply)
        results: list[dict[str, Any]] = answer["results"]
        while not is_final(answer) or answer["tiles_processed"] > len(results):
            answer = self.answer(self.get(batch_id, len(results)))
            assert answer["batch_id"] == batch_id
            results += answer["results"]
        assert answer["status"] == "completed", answer
        return results


def listen_on_unix_socket(folder: str) -> socket.socket:
    """As the plug-in does: a socket for its user only, which listens before the endpoint is started."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{folder}/socket")
    listener.listen()
    return listener


class LocalEndpoint:
    """The endpoint that ships with the plug-in, as a context manager: on a port, or on a Unix socket as the plug-in starts it."""

    def __init__(self, *arguments: str, on_socket: bool = False, **popen: Any) -> None:
        self.program = os.environ["UPSCALE_LOCAL_ENDPOINT"]
        models = ["--models", os.environ["UPSCALE_LOCAL_MODELS"]] if "UPSCALE_LOCAL_MODELS" in os.environ else []
        self.folder = tempfile.TemporaryDirectory() if on_socket else None
        listener = listen_on_unix_socket(self.folder.name) if self.folder else None
        place = [f"--socket-fd={listener.fileno()}"] if listener else []
        self.process = subprocess.Popen(
            [self.program, "--exit-with-parent", *models, *place, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[listener.fileno()] if listener else [],
            **popen,
        )
        if listener:
            listener.close()
        self.headers = read_secrets()
        assert self.process.stdout
        self.line = self.process.stdout.readline()
        if self.line.startswith("token "):
            self.headers = {"Authorization": "Bearer " + self.line.removeprefix("token ").strip()}
            self.line = self.process.stdout.readline()
        self.url = self.line.removeprefix("listening on ").strip()

    def connect(self) -> Client:
        return Client(self.url, self.headers)

    def __enter__(self) -> "LocalEndpoint":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(timeout=TIMEOUT_S) == 0
        if self.folder:
            self.folder.cleanup()
