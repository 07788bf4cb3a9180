# SPDX-License-Identifier: GPL-3.0-or-later
"""A server as somebody else would write it: from endpoint/README.md alone. It enlarges by repeating pixels.

`Kind` has a switch for each freedom that the contract gives. The suite in tests/endpoint passes every kind, and the plug-in works with it.
"""

import base64
import binascii
import hashlib
import io
import json
import select
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from PIL import Image
from tile_server import QuietServer

FINAL = ("completed", "cancelled", "failed")
LONGEST_WAIT_S = 20
DEFAULT_LEASE_S = 120
LARGEST_SEED = (1 << 53) - 1
HANG_UP_POLL_S = 0.02
SECONDS_PER_STEP = 0.01


@dataclass(frozen=True)
class Kind:
    """Kinds of servers; all of them follow the contract."""

    multiple_of: int = 64
    refuses_other_sizes: bool = True  # else it paints them, as it needs no multiples
    resizes: bool = False
    max_tiles: int = 8
    max_body_bytes: int = 0  # 0: it names no limit
    concurrency: int = 2
    queue: int = 1
    path: str = ""
    key: str = ""
    put_status: int = 0  # how a server that has the blocking route only answers PUT
    has_blocking_route: bool = True
    n_redirects: int = 0  # before each answer but DELETE's
    unknown_status: int = 404  # or 410
    says_little: bool = False  # leaves out what may be left out
    describes: bool = False  # answers captions


KINDS = {
    "plain": Kind(),
    "multiples-of-128": Kind(multiple_of=128),
    "any-size": Kind(refuses_other_sizes=False, has_blocking_route=False),
    "enlarges": Kind(resizes=True, unknown_status=410, describes=True),
    "one-tile": Kind(max_tiles=1, key="a long random text"),
    "bodies-of-16-kib": Kind(max_body_bytes=16 << 10, multiple_of=8),
    "chains-of-redirects": Kind(n_redirects=5),
    "blocking-only": Kind(put_status=404),
    "blocking-only-405": Kind(put_status=405, concurrency=1, queue=0),
    "one-at-once": Kind(concurrency=1, queue=0, path="/gpu/one"),
    "says-little": Kind(max_tiles=64, concurrency=1, queue=0, says_little=True),
    "narrow": Kind(128, max_tiles=1, max_body_bytes=16 << 10, concurrency=1, queue=0, n_redirects=3, path="/a/b/c", key="secret"),
}


class Problem(Exception):
    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        title = HTTPStatus(status).phrase
        self.detail = detail
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail}


@dataclass
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass
class Job:
    request: dict[str, Any]
    digest: str
    status: str = "queued"
    error: str | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    asked_at: float = field(default_factory=time.monotonic)
    n_holders: int = 0

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL

    def end(self, status: str, error: str | None = None) -> None:
        if not self.has_ended:
            self.status, self.error = status, error


@dataclass
class Call:
    """A request, as the handler got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    has_hung_up: Callable[[], bool]


class PlainServer:
    """Use as a context manager; `url` is the address to give to clients, `painted` the tiles' ids in order."""

    def __init__(self, kind: Kind | None = None) -> None:
        self.kind = kind or Kind()
        self.lock = threading.Condition()
        self.jobs: dict[str, Job] = {}
        self.parked: dict[str, Reply] = {}  # answers behind redirects
        self.calls: list[tuple[str, str]] = []
        self.refusals: list[str] = []
        self.painted: list[str] = []
        self.slots = threading.Semaphore(self.kind.concurrency)
        self.server = QuietServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"plain": self}))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{self.kind.path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.lock:
            for job in self.jobs.values():
                job.end("cancelled", "the server ends")
            self.lock.notify_all()
        self.server.shutdown()
        self.server.server_close()

    # Authentication and routes.

    def answer(self, call: Call) -> Reply:
        self.calls.append((call.method, call.path))
        try:
            self.check_caller(call)
            if call.path.startswith(self.kind.path + "/parked/"):
                return self.unpark(call.path)
            reply = self.route(call)
            return reply if call.method == "DELETE" else self.park(reply, self.kind.n_redirects)
        except Problem as problem:
            self.refusals.append(problem.detail)
            return Reply(problem.status, problem.body, problem.headers, "application/problem+json")

    def check_caller(self, call: Call) -> None:
        if self.kind.key:
            if call.headers.get("authorization") != f"Bearer {self.kind.key}":
                raise Problem(401, "the key is missing or wrong")
        elif "origin" in call.headers or urlsplit("//" + call.headers.get("host", "")).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise Problem(403, "only programs on this machine may ask")

    def park(self, reply: Reply, n_redirects: int) -> Reply:
        if n_redirects == 0:
            return reply
        name = uuid.uuid4().hex
        self.parked[f"{name}/{n_redirects}"] = reply
        return Reply(303, None, {"Location": f"{self.kind.path}/parked/{name}/{n_redirects}"})

    def unpark(self, path: str) -> Reply:
        reply = self.parked.pop(path.removeprefix(self.kind.path + "/parked/"), None)
        if reply is None:
            raise Problem(404, "nothing is parked here")
        return self.park(reply, int(path.rpartition("/")[2]) - 1)

    def route(self, call: Call) -> Reply:
        path = call.path.removeprefix(self.kind.path) if call.path.startswith(self.kind.path) else ""
        if path == "/v1/health":
            return self.pick(call, GET=lambda: Reply(200, self.health()))
        if path == "/process_tile_batch" and self.kind.has_blocking_route:
            return self.pick(call, POST=lambda: self.post(call))
        if path.startswith("/v1/batches/"):
            if self.kind.put_status:
                raise Problem(self.kind.put_status, "this server has the blocking route only")
            batch_id = unquote(path.removeprefix("/v1/batches/"))
            return self.pick(
                call, PUT=lambda: self.put(batch_id, call), GET=lambda: self.get(batch_id, call), DELETE=lambda: self.delete(batch_id)
            )
        raise Problem(404, "there is no such route")

    def pick(self, call: Call, **methods: Callable[[], Reply]) -> Reply:
        if call.method not in methods:
            raise Problem(405, "wrong method", Allow=", ".join(methods))
        return methods[call.method]()

    def health(self) -> dict[str, Any]:
        health: dict[str, Any] = {
            "protocol": 1, "identity": "repeated-pixels-1", "max_tiles": self.kind.max_tiles, "max_body_bytes": self.kind.max_body_bytes,
            "multiple_of": self.kind.multiple_of, "concurrency": self.kind.concurrency, "queue": self.kind.queue,
            "resizes": self.kind.resizes, "uses_prompt": False, "captions": self.kind.describes,
        }  # fmt: skip
        if self.kind.says_little:
            return {"protocol": 1, "identity": health["identity"]}
        return health

    # The four things that can be done with a batch.

    def put(self, batch_id: str, call: Call) -> Reply:
        job = self.submit(call.body, batch_id)
        return self.tell(job, 0, 1 << 30, self.read_wait(call))

    def get(self, batch_id: str, call: Call) -> Reply:
        job = self.find(batch_id)
        try:
            first, most = (int(call.query.get(name, default)) for name, default in (("results_from", "0"), ("max_results", str(1 << 30))))
        except ValueError:
            raise Problem(422, "'results_from' and 'max_results' are whole numbers") from None
        return self.tell(job, first, most, self.read_wait(call))

    def delete(self, batch_id: str) -> Reply:
        job = self.find(batch_id)
        with self.lock:
            job.end("cancelled", "the client cancelled it")
            self.lock.notify_all()
        return Reply(204)

    def post(self, call: Call) -> Reply:
        job = self.submit(call.body, None)
        with self.lock:
            job.n_holders += 1
        while not job.has_ended:
            with self.lock:
                self.lock.wait(HANG_UP_POLL_S)
            if call.has_hung_up():
                job.end("cancelled", "the client went away")
        job.n_holders -= 1
        reply = self.tell(job, 0, 1 << 30, 0)
        if self.kind.put_status:
            self.jobs.pop(job.request["batch_id"], None)
        return reply

    def find(self, batch_id: str) -> Job:
        self.end_abandoned()
        if batch_id not in self.jobs:
            raise Problem(self.kind.unknown_status, "no such batch: send it again")
        self.jobs[batch_id].asked_at = time.monotonic()
        return self.jobs[batch_id]

    def submit(self, body: bytes, path_id: str | None) -> Job:
        request = read_object(body)
        self.check_request(request, path_id)
        digest = hashlib.sha256(body).hexdigest()
        self.end_abandoned()
        with self.lock:
            known = self.jobs.get(request["batch_id"])
            if known and known.digest != digest:
                raise Problem(422, "'batch_id' was used for another request")
            if known and known.status in ("queued", "running", "completed"):
                known.asked_at = time.monotonic()
                return known
            if sum(not job.has_ended for job in self.jobs.values()) >= self.kind.concurrency + self.kind.queue:
                raise Problem(429, "no room now", Retry_After="1")
            job = self.jobs[request["batch_id"]] = Job(request, digest)
        threading.Thread(target=self.work, args=(job,), daemon=True).start()
        return job

    def end_abandoned(self) -> None:
        with self.lock:
            for job in self.jobs.values():
                lease_s = job.request.get("lease_s", DEFAULT_LEASE_S)
                if job.n_holders == 0 and time.monotonic() - job.asked_at > lease_s:
                    job.end("cancelled", "nobody has asked for the length of the lease")

    def read_wait(self, call: Call) -> float:
        for part in call.headers.get("prefer", "").split(","):
            name, _, value = part.strip().partition("=")
            if name == "wait" and value.isdecimal():
                return min(int(value), LONGEST_WAIT_S)
        return 0

    def tell(self, job: Job, first: int, most: int, wait_s: float) -> Reply:
        with self.lock:
            job.n_holders += 1
            self.lock.wait_for(lambda: len(job.results) > first or job.has_ended, wait_s)
            job.n_holders -= 1
            job.asked_at = time.monotonic()
            answer = {
                "batch_id": job.request["batch_id"], "status": job.status, "success": job.status == "completed",
                "tiles_processed": len(job.results), "results": job.results[first:][:most],
            }  # fmt: skip
            if job.error:
                answer["error"] = job.error
        headers = {"Location": f"{self.kind.path}/v1/batches/{quote(job.request['batch_id'], safe='')}", "Retry-After": "1"}
        if self.kind.says_little:
            headers = {}
        return Reply(200, answer) if answer["status"] in FINAL else Reply(202, answer, headers)

    # Checks of a request.

    def check_request(self, request: dict[str, Any], path_id: str | None) -> None:
        if request.get("protocol") != 1:
            raise Problem(400, "'protocol' must be 1")
        check_id(request.get("batch_id"), "batch_id")
        if path_id is not None and path_id != request["batch_id"]:
            raise Problem(422, "'batch_id' is not the one in the path")
        for name in ("target_width", "target_height"):
            if request.get(name) is not None:
                check_number(request[name], name, 1, 16384)
        check_number(request.get("lease_s", DEFAULT_LEASE_S), "lease_s", 1, 3600)
        if request.get("caption") and not self.kind.describes:
            raise Problem(422, "'caption': this server describes no tiles")
        tiles = request.get("tiles")
        if not isinstance(tiles, list) or not tiles:
            raise Problem(422, "'tiles' must be a list of at least one")
        if len(tiles) > self.kind.max_tiles:
            raise Problem(413, f"at most {self.kind.max_tiles} tiles")
        for tile in tiles:
            self.check_tile(tile, request)
        if len({tile["id"] for tile in tiles}) < len(tiles):
            raise Problem(422, "'id' must differ from tile to tile")

    def check_tile(self, tile: object, request: dict[str, Any]) -> None:
        if not isinstance(tile, dict):
            raise Problem(422, "'tiles' must hold objects")
        check_id(tile.get("id"), "id")
        if not isinstance(tile.get("image"), str):
            raise Problem(422, "'image' must be a string")
        check_number(tile.get("seed"), "seed", 0, LARGEST_SEED)
        for name in ("width", "height"):
            check_number(tile.get(name), name, 1, 16384)
        size, target = (tile["width"], tile["height"]), target_of(tile, request)
        if self.kind.refuses_other_sizes and any(side % self.kind.multiple_of for side in size + target):
            raise Problem(422, f"'width', 'height': {size} to {target} px: sides must be multiples of {self.kind.multiple_of}")
        if size != target and not self.kind.resizes:
            raise Problem(422, "'target_width': this server does not enlarge")

    # The work.

    def work(self, job: Job) -> None:
        with self.slots:
            for tile in job.request["tiles"]:
                with self.lock:
                    if job.has_ended:
                        return
                    job.status = "running"
                    self.lock.wait_for(lambda: job.has_ended, self.seconds(job.request))
                result = self.paint(tile, target_of(tile, job.request))
                if job.request.get("caption"):
                    result = self.describe(result)
                with self.lock:
                    if not job.has_ended:
                        job.results.append(result)
                        self.painted.append(tile["id"])
                    self.lock.notify_all()
            with self.lock:
                job.end("completed")
                self.lock.notify_all()

    def seconds(self, request: dict[str, Any]) -> float:
        """As of a diffusion model, although this one has no steps."""
        params = request["gen_params"]
        return float(params.get("steps", 1) * params.get("strength", 1) * SECONDS_PER_STEP)

    def paint(self, tile: dict[str, Any], target: tuple[int, int]) -> dict[str, Any]:
        result = {"id": tile["id"], "success": False}
        try:
            opened = Image.open(io.BytesIO(base64.b64decode(tile["image"], validate=True)), formats=["PNG"])
            if opened.size != (tile["width"], tile["height"]):
                return {**result, "error": f"the picture is {opened.size} px, not as the tile says"}
            picture = opened.convert("RGB")
        except (binascii.Error, OSError, SyntaxError, ValueError) as error:
            return {**result, "error": f"the picture can't be read: {error}"}
        file = io.BytesIO()
        picture.resize(target, Image.Resampling.NEAREST).save(file, "PNG")
        image = base64.b64encode(file.getvalue()).decode()
        painted = {"id": tile["id"], "success": True, "image": image, "width": target[0], "height": target[1]}
        return painted if self.kind.says_little else {**painted, "seed": tile["seed"], "seconds": 0.01, "error": None}

    def describe(self, painted: dict[str, Any]) -> dict[str, Any]:
        """Words about a painted tile, in place of its picture."""
        if not painted["success"]:
            return painted
        picture = Image.open(io.BytesIO(base64.b64decode(painted["image"])))
        red, green, blue = picture.resize((1, 1), Image.Resampling.BOX).tobytes()
        return {"id": painted["id"], "success": True, "caption": f"mostly {red} red, {green} green, {blue} blue"}


def read_object(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except ValueError as error:
        raise Problem(400, f"not JSON: {error}") from error
    if not isinstance(request, dict):
        raise Problem(400, "not a JSON object")
    return request


def check_id(value: object, name: str) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise Problem(422, f"'{name}' must have 1 to 200 characters, none of them a control character")


def check_number(value: object, name: str, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise Problem(422, f"'{name}' must be a whole number from {least} to {most}")


def target_of(tile: dict[str, Any], request: dict[str, Any]) -> tuple[int, int]:
    return request.get("target_width") or tile["width"], request.get("target_height") or tile["height"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    plain: PlainServer

    def exchange(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        limit = self.plain.kind.max_body_bytes
        size = int(headers.get("content-length", 0))
        body = self.rfile.read(size)
        if limit and size > limit:
            problem = Problem(413, f"at most {limit} bytes")
            self.write(Reply(413, problem.body, {}, "application/problem+json"))
        else:
            self.write(self.plain.answer(Call(self.command, parts.path, query, headers, body, self.has_hung_up)))

    do_GET = do_PUT = do_POST = do_DELETE = exchange

    def has_hung_up(self) -> bool:
        return bool(select.select([self.connection], [], [], 0)[0])

    def write(self, reply: Reply) -> None:
        data = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(data)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
