# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints requests with the GPU service's painter and reads the answers back, for tests of the pixels."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy
from arrays import Array
from PIL import Image
from tile_upscale_gpu.job_context import Result
from tile_upscale_gpu.painter import Painter
from tile_upscale_gpu.request import parse
from wire_client import check, decode, make_request

FIXED = {"strength": 0.6, "steps": 4, "cfg_scale": 2.0}


@dataclass
class RecordingContext:
    """Collects results; is_stopped() returns True after `stop_after` calls."""

    stop_after: int | None = None
    questions: int = 0
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def begin(self) -> None:
        pass

    def is_stopped(self) -> bool:
        self.questions += 1
        return self.stop_after is not None and self.questions > self.stop_after

    def add(self, result: Result) -> None:
        message = json.loads(result.json)
        check(message, "result")
        self.results[result.tile_id] = message


def make(tiles: int = 1, target: int | None = 64, size: int = 64, **changes: Any) -> dict[str, Any]:
    request = make_request(tiles, target, size)
    request["gen_params"].update(FIXED)
    for name, value in changes.items():
        place = next(part for part in (request["gen_params"], request["model_config"], request) if name in part or part is request)
        place[name] = value
    return request


def paint(painter: Painter, request: dict[str, Any]) -> dict[str, Array]:
    context = RecordingContext()
    painter.paint(parse(json.dumps(request).encode(), None, painter.settings).request, context)
    assert all(result["success"] for result in context.results.values()), context.results
    return {name: numpy.asarray(decode(result["image"])).astype(int) for name, result in context.results.items()}


def paint_one(painter: Painter, **changes: Any) -> Array:
    return paint(painter, make(**changes))["0"]


def block_means(picture: Image.Image) -> Array:
    """The tiny VAE keeps the mean of each 8x8 block of a picture."""
    pixels = numpy.asarray(picture).astype(float)
    height, width = pixels.shape[:2]
    means: Array = pixels.reshape(height // 8, 8, width // 8, 8, 3).mean((1, 3)).repeat(8, 0).repeat(8, 1)
    return means
