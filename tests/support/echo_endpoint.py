# SPDX-License-Identifier: GPL-3.0-or-later
"""An endpoint that answers each tile with what it was sent, at the target size, counts, and misbehaves when told to.

It keeps the contract strictly: what breaks a rule of it is refused with 422, and noted as a violation.
"""

import base64
import contextlib
import hashlib
import io
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

import jsonschema
from PIL import Image
from polling import LIMIT_S, wait_until
from tile_server import unrelated_picture
from wire_client import check

N_SLOTS = 2


class Ledger:
    """Tiles that were painted and delivered, by one endpoint or by several with this ledger."""

    def __init__(self) -> None:
        self.painted: dict[int, int] = {}  # tile index -> how often
        self.delivered: set[int] = set()
        self.repaid: list[int] = []  # painted again although it was handed over before

    def note_painted(self, index: int) -> None:
        self.painted[index] = self.painted.get(index, 0) + 1
        if index in self.delivered:
            self.repaid.append(index)

    def note_delivered(self, answer: dict[str, Any]) -> None:
        self.delivered.update(int(result["id"]) for result in answer["results"] if result["success"])


@dataclass
class Behavior:
    """Behavior of the endpoint; the default of every field is to follow the contract."""

    max_tiles: int = 64
    multiple_of: int = 64
    resizes: bool = False  # whether tiles may be sent smaller; each pixel becomes a block then
    uses_prompt: bool = True
    captions: Callable[[int], str] | None = None  # the text of a tile, by index; None: describes none
    status: int = 0  # answer every batch with this status instead
    fail_tiles: set[int] = field(default_factory=set)  # by index
    # By index: painted with other content, as stable-diffusion.cpp answers an image that it can't read, and any model may at full strength.
    unrelated_tiles: set[int] = field(default_factory=set)
    hold_after: int | None = None  # paint this many tiles, then keep the rest until release()
    on_tile: Callable[[int], object] | None = None  # called with the number of tiles seen so far
    change: Callable[[Image.Image], Image.Image] | None = None
    garbage: bool = False
    models: list[str] = field(default_factory=list)
    model_details: list[dict[str, Any]] = field(default_factory=list)
    hold_s: float = 5  # how long an answer without news is held
    seconds_per_tile: float = 0
    twist: Callable[[dict[str, Any]], Any] | None = None  # changes an answer; bytes are sent as they are
    interfere: Callable[["Exchange"], bool] | None = None  # does something else with a request, and says so
    on_headers: Callable[["Exchange"], None] | None = None  # called before a request's body is read


class EchoEndpoint:
    """Use as a context manager; `url` is the base of its routes, `tiles` holds the received tiles in order."""

    def __init__(
        self, behavior: Behavior | None = None, ledger: Ledger | None = None, identity: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        self.behavior = behavior or Behavior()
        self.ledger = ledger or Ledger()
        self.scheme = "https" if identity else "http"
        self.tiles: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.painted: list[str] = []
        self.violations: list[str] = []
        self.deleted: list[str] = []
        self.keys: set[str] = set()  # what came as Authorization
        self.jobs: dict[str, dict[str, Any]] = {}
        self.lock = threading.Condition()
        self.is_released = False
        self.n_let_through = 0
        self.server = QuietServer(("127.0.0.1", port), self._make_handler())
        if identity:
            self.server.socket = identity.wrap_socket(self.server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    @property
    def port(self) -> int:
        return self.server.server_port

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.forget()
        self.release()
        self.server.shutdown()
        self.server.server_close()

    def let_through(self, n: int) -> None:
        """Paints no tile after the first `n`, counted from the beginning."""
        with self.lock:
            self.behavior.hold_after = n
            self.lock.notify_all()

    def release(self) -> None:
        with self.lock:
            self.is_released = True
            self.lock.notify_all()

    def wait_for_tiles(self, n: int) -> None:
        with self.lock:
            if not self.lock.wait_for(lambda: len(self.painted) >= n, LIMIT_S):
                raise TimeoutError(f"saw {len(self.painted)} of {n} tiles")

    def wait_until_full(self) -> None:
        """Waits until each slot holds an unfinished batch, so that no other batch of a client is on its way here."""

        def is_unfinished(job: dict[str, Any]) -> bool:
            return bool(job["status"] == "running" and len(job["results"]) < len(job["request"]["tiles"]))

        wait_until(lambda: sum(map(is_unfinished, list(self.jobs.values()))) == N_SLOTS, "each slot holds an unfinished batch")

    def health(self) -> dict[str, Any]:
        return {
            "protocol": 1, "identity": "blocks-1" if self.behavior.resizes else "echo-1", "autoscales": False, "concurrency": N_SLOTS,
            "max_tiles": self.behavior.max_tiles, "max_body_bytes": 1 << 30, "multiple_of": self.behavior.multiple_of,
            "resizes": self.behavior.resizes, "models": self.behavior.models, "uses_prompt": self.behavior.uses_prompt,
            "captions": self.behavior.captions is not None,
            "model_details": self.behavior.model_details,
        }  # fmt: skip

    def find_violation(self, request: dict[str, Any]) -> str | None:
        """Rules of the contract and limits of the health answer that the request breaks."""
        try:
            check(request, "request")
        except jsonschema.ValidationError as error:
            return str(error.message)[:300]
        if request.get("caption"):
            return None if self.behavior.captions else "this endpoint describes no tiles"
        target = (request["target_width"], request["target_height"])
        whole = (request.get("picture_width", 1), request.get("picture_height", 1))
        for tile in request["tiles"]:
            size = (tile["width"], tile["height"])
            if tile["x"] >= whole[0] or tile["y"] >= whole[1]:
                return f"({tile['x']}, {tile['y']}): the tile begins outside of the picture of {whole} px"
            if any(side % self.behavior.multiple_of for side in size + target):
                return f"{size} to {target} px: sides must be multiples of {self.behavior.multiple_of}"
            if size != target and not self.behavior.resizes:
                return f"{size} to {target} px: this endpoint does not enlarge tiles"
            if Image.open(io.BytesIO(base64.b64decode(tile["image"]))).size != size:
                return f"the image is not of {size} px"
        return None

    def submit(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            if self.jobs.get(request["batch_id"], {"status": "cancelled"})["status"] == "cancelled":
                self.requests.append(request)
                self.jobs[request["batch_id"]] = {"request": request, "results": [], "status": "running"}
                threading.Thread(target=self._paint, args=(request,), daemon=True).start()
        return self.jobs[request["batch_id"]]

    def _paint(self, request: dict[str, Any]) -> None:
        job = self.jobs[request["batch_id"]]
        for tile in request["tiles"]:
            self._note(request, tile)
            if not self._spend_time(job):
                return
            with self.lock:
                self.ledger.note_painted(tile["index"])
                job["results"].append(self._result(request, tile))
                self.painted.append(tile["sha"])
                self.lock.notify_all()
        with self.lock:
            job["status"] = "completed"
            self.lock.notify_all()

    def _is_held(self) -> bool:
        hold = self.behavior.hold_after
        return hold is not None and self.n_let_through >= hold and not self.is_released

    def _spend_time(self, job: dict[str, Any]) -> bool:
        """Returns whether the job still runs afterwards."""
        with self.lock:
            if self.behavior.seconds_per_tile:
                self.lock.wait_for(lambda: job["status"] != "running", self.behavior.seconds_per_tile)
            self.lock.wait_for(lambda: not self._is_held() or job["status"] != "running")
            goes_on = bool(job["status"] == "running")
            self.n_let_through += goes_on
            return goes_on

    def stop(self, batch_id: str, why: str) -> None:
        """Cancels a job, as DELETE and an expired lease do; finished results stay readable."""
        with self.lock:
            if (job := self.jobs.get(batch_id)) and job["status"] == "running":
                job.update(status="cancelled", error=why)
            self.lock.notify_all()

    def forget(self) -> None:
        """Forgets all jobs, like a restart."""
        for batch_id in list(self.jobs):
            self.stop(batch_id, "restarted")
        self.jobs.clear()

    def _note(self, request: dict[str, Any], tile: dict[str, Any]) -> None:
        tile["sha"] = hashlib.sha256(base64.b64decode(tile["image"])).hexdigest()
        with self.lock:
            target = {name: request.get(name) for name in ("target_width", "target_height")}
            self.tiles.append({key: value for key, value in tile.items() if key != "image"} | target)
            seen = len(self.tiles)
        if self.behavior.on_tile:
            self.behavior.on_tile(seen)

    def _result(self, request: dict[str, Any], tile: dict[str, Any]) -> dict[str, Any]:
        if tile["index"] in self.behavior.fail_tiles:
            return {"id": tile["id"], "success": False, "error": "made to fail", "seed": tile["seed"]}
        if request.get("caption") and self.behavior.captions:
            return {"id": tile["id"], "success": True, "caption": self.behavior.captions(tile["index"])}
        return {
            "id": tile["id"], "success": True, "image": self._image(request, tile), "seed": tile["seed"],
            "width": request["target_width"], "height": request["target_height"], "seconds": 0.001,
        }  # fmt: skip

    def _image(self, request: dict[str, Any], tile: dict[str, Any]) -> str:
        if self.behavior.garbage:
            return base64.b64encode(b"not a picture").decode()
        target = (request["target_width"], request["target_height"])
        if tile["index"] in self.behavior.unrelated_tiles:
            return base64.b64encode(unrelated_picture(*target)).decode()
        if not self.behavior.change and (tile["width"], tile["height"]) == target:
            return str(tile["image"])
        picture = Image.open(io.BytesIO(base64.b64decode(tile["image"]))).resize(target, Image.Resampling.NEAREST)
        if self.behavior.change:
            picture = self.behavior.change(picture)
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return base64.b64encode(file.getvalue()).decode()

    def answer(self, job: dict[str, Any], results_from: int, wait_s: float) -> tuple[int, dict[str, Any]]:
        with self.lock:
            self.lock.wait_for(lambda: len(job["results"]) > results_from or job["status"] != "running", wait_s)
            has_ended = job["status"] != "running"
            answer = {
                "batch_id": job["request"]["batch_id"], "status": job["status"], "success": job["status"] == "completed",
                "error": job.get("error"), "tiles_processed": len(job["results"]), "results": job["results"][results_from:],
            }  # fmt: skip
        check(answer, "answer")
        return (200 if has_ended else 202), answer

    def _make_handler(self) -> type["Exchange"]:
        return type("BoundExchange", (Exchange,), {"endpoint": self})


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignores a client that went away."""


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    endpoint: EchoEndpoint
    body: dict[str, Any]

    def reply(self, status: int, body: object, kind: str = "application/json", **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # a client that was cancelled is gone
            self.wfile.write(data)

    def problem(self, status: int, detail: str = "", **headers: str) -> None:
        body = {"type": "about:blank", "title": "made to fail", "status": status, "detail": detail or f"told to answer {status}"}
        self.reply(status, body, "application/problem+json", **headers)

    def reply_batch(self, job: dict[str, Any], results_from: int) -> None:
        status, answer = self.endpoint.answer(job, results_from, self.endpoint.behavior.hold_s)
        twist = self.endpoint.behavior.twist
        said = twist(answer) if twist else answer
        self.reply(status, said)
        if said is answer:
            self.endpoint.ledger.note_delivered(answer)

    def is_interfered_with(self) -> bool:
        if self.endpoint.behavior.on_headers:
            self.endpoint.behavior.on_headers(self)
        size = int(self.headers.get("Content-Length") or 0)
        self.body = json.loads(self.rfile.read(size)) if size else {}
        interfere = self.endpoint.behavior.interfere
        return interfere is not None and interfere(self)

    def do_PUT(self) -> None:
        if self.is_interfered_with():
            return
        self.endpoint.keys.add(self.headers["Authorization"] or "")
        if self.endpoint.behavior.status:
            self.problem(self.endpoint.behavior.status)
        elif violation := self.endpoint.find_violation(self.body):
            self.endpoint.violations.append(violation)
            self.problem(422, violation)
        else:
            self.reply_batch(self.endpoint.submit(self.body), 0)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if self.is_interfered_with():
            return
        if path == "/v1/health":
            self.reply(200, self.endpoint.health())
        elif (job := self.endpoint.jobs.get(path.rpartition("/")[2])) is None:
            self.problem(404)
        else:
            self.reply_batch(job, int(parse_qs(query).get("results_from", ["0"])[0]))

    def do_DELETE(self) -> None:
        if self.is_interfered_with():
            return
        batch_id = self.path.rpartition("/")[2]
        if batch_id not in self.endpoint.jobs:
            self.problem(404)
            return
        self.endpoint.deleted.append(batch_id)
        self.endpoint.stop(batch_id, "deleted")
        self.reply(204, None)

    def log_message(self, *_: object) -> None:
        pass
