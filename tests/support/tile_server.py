# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the doubles of other projects' servers: a threaded HTTP server on a free port, and an echo model.

The model answers the mean of each 8x8 block, as the real servers do with the weights that real-server.md describes. A tile at a
wrong place, or with swapped channels, then differs from its own means.
"""

import base64
import binascii
import contextlib
import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import numpy
from arrays import Array
from PIL import Image

BLOCK_PX = 8


class NoPicture(Exception):
    """The sent data is no picture."""


def block_means(pixels: Array) -> Array:
    """Each 8x8 block as its mean, also the smaller blocks at the right and the bottom."""
    height, width = pixels.shape[:2]
    padded = numpy.pad(pixels.astype(numpy.float64), ((0, -height % BLOCK_PX), (0, -width % BLOCK_PX), (0, 0)), constant_values=numpy.nan)
    blocks = padded.reshape(padded.shape[0] // BLOCK_PX, BLOCK_PX, padded.shape[1] // BLOCK_PX, BLOCK_PX, -1)
    means = numpy.nanmean(blocks, axis=(1, 3))
    large: Array = means.repeat(BLOCK_PX, 0).repeat(BLOCK_PX, 1)[:height, :width]
    return large


def to_png(pixels: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.round().clip(0, 255).astype(numpy.uint8), "RGB").save(file, "PNG", compress_level=1)
    return file.getvalue()


def decode_picture(text: object) -> Image.Image:
    """Base64, with or without the head of a data URL, to a picture."""
    if not isinstance(text, str):
        raise NoPicture(f"not a string but {type(text).__name__}")
    try:
        return Image.open(io.BytesIO(base64.b64decode(text.split(",", 1)[-1], validate=True))).convert("RGB")
    except (binascii.Error, OSError, ValueError) as error:
        raise NoPicture(str(error)) from error


def paint(picture: Image.Image, width: int, height: int, shift: float = 0.0) -> bytes:
    """The echo model's picture. Guides and LoRAs shift its values a little."""
    pixels = numpy.asarray(picture.resize((width, height), Image.Resampling.LANCZOS) if picture.size != (width, height) else picture)
    return to_png(block_means(pixels) + shift)


def unrelated_picture(width: int, height: int) -> bytes:
    """The picture of a model that was given no picture."""
    y, x = numpy.mgrid[0:height, 0:width]
    stripes = ((x // 5 + y // 9) % 2 * 200 + 20).astype(numpy.float64)
    return to_png(numpy.stack([stripes, 255 - stripes, stripes], axis=2))


class QuietServer(ThreadingHTTPServer):
    """A server that does not report clients that go away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class TileServer:
    """Use as a context manager. `requests` holds (method, path) of each request, in order."""

    kind = ""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.requests: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.held = False  # work stays unfinished until release()
        self.server = QuietServer(("127.0.0.1", 0), self._make_handler())
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def address(self) -> str:
        return f"{self.kind}+{self.url}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self.server.shutdown()
        self.server.server_close()

    def release(self) -> None:
        with self.lock:
            self.held = False
            self.lock.notify_all()

    def wait_while_held(self) -> None:
        with self.lock:
            self.lock.wait_for(lambda: not self.held)

    def count(self, method: str, start: str) -> int:
        return sum(1 for seen, path in self.requests if seen == method and path.startswith(start))

    def handle(self, method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        """Returns (status, body) or (status, body, content type). The body is bytes, None for an empty one, or a value for JSON."""
        raise NotImplementedError

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with double.lock:
                    double.requests.append((self.command, unquote(parts.path)))
                    double.headers.append(headers)
                status, said, *kind = double.handle(self.command, unquote(parts.path), parse_qs(parts.query), body, headers)
                if status == 0:  # hang up
                    self.close_connection = True
                    return
                data = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind[0] if kind else "application/json")
                self.send_header("Content-Length", str(len(data)))
                if status == 401:
                    self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
                with contextlib.suppress(OSError):  # a client that was cancelled is gone
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
