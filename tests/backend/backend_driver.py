# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives one backend through the program `drive-backend`, and makes tiles for it to send."""

import base64
import io
import json
import os
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

import numpy
from arrays import Array
from PIL import Image
from tile_server import TileServer, block_means, to_png

TIMEOUT_S = 120
# Real servers are asked at the pace of the plug-in.
IS_REAL = any(name.startswith("UPSCALE_REAL_") for name in os.environ)
GEN_PARAMS = {"prompt": "a photo", "negative": "blurry", "strength": 0.35, "steps": 4, "cfg": 2.0}
# The mean difference between the tile of a real server and the means of its blocks at this strength. 2 was measured.
NOISE = 4.0


def make_pixels(width: int, height: int, seed: int = 1) -> Array:
    """Shapes, an edge and noise, different in each channel, so that swapped channels show."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    channels = [110 + 60 * numpy.sin(x / 19 + phase) * numpy.cos(y / 13 + 2 * phase) for phase in random.uniform(0, 6, 3)]
    pixels = numpy.stack(channels, axis=2) + random.normal(0, 10, (height, width, 3))
    pixels[:, width // 2 :, 0] += 45
    return pixels.round().clip(0, 255).astype(numpy.uint8)


def read_picture(path: str) -> Array:
    return numpy.asarray(Image.open(path).convert("RGB"))


def reference_picture() -> str:
    file = io.BytesIO()
    Image.fromarray(make_pixels(64, 64, 9)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


class Backend:
    """Use as a context manager. Each command returns the events of the backend."""

    def __init__(self, address: str, folder: Path, **headers: str) -> None:
        self.folder = folder
        if basic := os.environ.get("UPSCALE_BASIC"):
            headers.setdefault("Authorization", "Basic " + base64.b64encode(basic.encode()).decode())
        extra = [part for name, value in headers.items() for part in (name.replace("_", "-"), value)]
        self.complaints = folder / "complaints"
        command = [os.environ["UPSCALE_DRIVE_BACKEND"], address, str(folder), *extra]
        environment = os.environ if IS_REAL else {**os.environ, "UPSCALE_BRISK": "yes"}
        with self.complaints.open("w") as stderr:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment
            )
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.tiles: list[Array] = []
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Backend":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        if kind:
            self.process.kill()
        assert self.process.wait(TIMEOUT_S) == 0 or kind, self.complaints.read_text()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.put(json.loads(line))
        self.events.put({"event": "closed"})

    def tell(self, do: str, **more: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()

    def next(self, *names: str) -> dict[str, Any]:
        """The next event of one of these names. Other events are skipped."""
        while (event := self.events.get(timeout=TIMEOUT_S))["event"] not in names:
            assert event["event"] != "closed", self.complaints.read_text()
        return event

    def probe(self) -> dict[str, Any]:
        self.tell("probe")
        return self.next("probed", "probe-failed")

    def missing(self, **gen_params: Any) -> dict[str, Any]:
        self.tell("missing", gen_params={**GEN_PARAMS, **gen_params})
        return self.next("missing")

    def start(self, *sizes: tuple[int, int], darkness: int = 1, **gen_params: Any) -> None:
        """Sends tiles of these sizes, their values divided by `darkness`."""
        self.tiles, entries = [], []
        for index, (width, height) in enumerate(sizes):
            pixels = make_pixels(width, height, index + 1) // darkness
            path = self.folder / f"tile-{index}.png"
            path.write_bytes(to_png(pixels))
            self.tiles.append(pixels)
            entries.append({"file": str(path), "width": width, "height": height, "index": index, "seed": (1 << 53) - 1 - index})
        self.tell("paint", tiles=entries, gen_params={**GEN_PARAMS, **gen_params})

    def finish(self) -> dict[str, Any]:
        """The end of the batch, with `answers` by tile and `phases`."""
        answers, phases = {}, []
        while (event := self.next("answer", "at-work", "waiting", "ended"))["event"] != "ended":
            if event["event"] == "answer":
                answers[event["tile"]] = event
            else:
                phases.append(event["event"])
        return {**event, "answers": answers, "phases": phases}

    def paint(self, *sizes: tuple[int, int], **gen_params: Any) -> dict[str, Any]:
        self.start(*sizes, **gen_params)
        return self.finish()

    def check_answers(self, ended: dict[str, Any], shift: float = 0.0, noise: float = 0.6) -> None:
        """Checks that every tile came back as the means of its own blocks."""
        assert "code" not in ended, ended
        for index, pixels in enumerate(self.tiles):
            assert "file" in ended["answers"][index], ended
            painted = read_picture(ended["answers"][index]["file"]).astype(float)
            assert painted.shape == pixels.shape
            assert numpy.abs(painted - block_means(pixels) - shift).mean() <= noise


def noise_of(server: TileServer | None) -> float:
    """The mean difference that is allowed: rounding for a double, noise of the model for a real server."""
    return 0.6 if server else NOISE
