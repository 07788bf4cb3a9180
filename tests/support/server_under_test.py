# SPDX-License-Identifier: GPL-3.0-or-later
"""The server that the conformance suite examines: its health, and requests that keep to it."""

import json
import uuid
from functools import cached_property
from typing import Any

from PIL import Image
from polling import wait_until
from wire_client import Client, Reply, check, encode

BLOCKING_ROUTE = "/process_tile_batch"
LACKING = (404, 405)
BUSY = (429, 503)
BUSY_INTERVAL_S = 0.2
SIDE_PX = 64
# Half an hour of steps for a diffusion model on a processor, and as many pixels as an engine can work on for seconds.
HEAVY = {"strength": 1.0, "steps": 100}
HEAVY_SIDE_PX = 512
HEAVY_ENLARGED_PX = 2048


def make_gradient(size: int, seed: int) -> Image.Image:
    """A picture whose file is small."""
    across = Image.linear_gradient("L").resize((size, size))
    return Image.merge("RGB", (across, across.rotate(90), Image.new("L", (size, size), seed * 40 % 256)))


class ServerUnderTest:
    """Values of the health answer, or the contract's defaults."""

    def __init__(self, client: Client) -> None:
        self.client = client
        reply = client.send("GET", "/v1/health")
        assert reply.status == 200, (reply.status, reply.body[:300])
        check(reply.json, "health")
        self.health: dict[str, Any] = reply.json
        self.max_tiles: int = self.health.get("max_tiles", 64)
        self.max_body_bytes: int = self.health.get("max_body_bytes", 0)
        self.multiple_of: int = self.health.get("multiple_of", 64)
        self.n_at_once: int = self.health.get("concurrency", 1) + self.health.get("queue", 0)
        self.resizes: bool = self.health.get("resizes", False)
        self.uses_prompt: bool = self.health.get("uses_prompt", True)
        self.side = self.round_up(SIDE_PX)

    def round_up(self, side: int) -> int:
        return -(-side // self.multiple_of) * self.multiple_of

    @cached_property
    def has_batches(self) -> bool:
        """Whether it has more than the blocking route."""
        request = self.make_request()
        return wait_until(lambda: self.put_status(request), "the server has room", interval_s=BUSY_INTERVAL_S) not in LACKING

    def put_status(self, request: dict[str, Any]) -> int:
        status = self.client.put(request).status
        return 0 if status in BUSY else status

    @cached_property
    def has_blocking_route(self) -> bool:
        return self.client.send("POST", BLOCKING_ROUTE, "{}").status not in LACKING

    def make_request(self, tiles: int = 1, side: int = 0, target: int | None = 0, **extra: Any) -> dict[str, Any]:
        """As many of the tiles as the server takes at once. A `target` of 0 is the side they are sent in."""
        side = side or self.side
        request = {
            "protocol": 1, "batch_id": str(uuid.uuid4()), "global_prompt": "sharp", "negative_prompt": "",
            "tiles": [self.make_tile(number, side) for number in range(min(tiles, self.max_tiles))],
            "model_config": {"base_model": "", "controlnet": {"enabled": bool(self.health.get("controlnets"))}, "loras": []},
            "gen_params": {"strength": 0.3, "steps": 4, "cfg_scale": 2, "seed": 0, "sampler": "", "gen_res": 0},
            "ip_adapter_enabled": False, "target_width": side if target == 0 else target, "target_height": side if target == 0 else target,
            **extra,
        }  # fmt: skip
        while self.max_body_bytes and len(request["tiles"]) > 1 and len(json.dumps(request)) > self.max_body_bytes:
            request["tiles"].pop()
        return request

    def make_tile(self, number: int, side: int) -> dict[str, Any]:
        return {
            "id": str(number), "index": number, "row": 0, "col": number, "x": number * side, "y": 0, "width": side, "height": side,
            "image": encode(make_gradient(side, number)), "seed": number,
        }  # fmt: skip

    def make_heavy_request(self, **extra: Any) -> dict[str, Any]:
        """Work for many seconds, unless the server is very fast."""
        if self.resizes:
            request = self.make_request(16, target=self.round_up(HEAVY_SIDE_PX if self.uses_prompt else HEAVY_ENLARGED_PX), **extra)
        else:
            request = self.make_request(16, side=self.round_up(HEAVY_SIDE_PX), **extra)
        request["gen_params"].update(HEAVY)
        return request

    def path_of(self, request: dict[str, Any]) -> str:
        return f"/v1/batches/{request['batch_id']}"

    def send_body(self, body: bytes | str, path: str = "/v1/batches/x", wait_s: int = 10) -> Reply:
        """By the route that the plug-in would take."""
        method, path = ("PUT", path) if self.has_batches else ("POST", BLOCKING_ROUTE)
        return self.client.send(method, path, body, {"Content-Type": "application/json", "Prefer": f"respond-async, wait={wait_s}"})

    def submit(self, request: dict[str, Any], wait_s: int = 10) -> Reply:
        """Waits for room."""

        def attempt() -> Reply | None:
            reply = self.send_body(json.dumps(request), self.path_of(request), wait_s)
            if reply.status in BUSY:
                assert "retry-after" in reply.headers, f"{reply.status} without Retry-After"
                return None
            return reply

        reply = wait_until(attempt, "the server has room", interval_s=BUSY_INTERVAL_S)
        assert reply
        return reply

    def finish(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Submits as the plug-in does, and polls to the end; returns all results."""
        check(request, "request")
        return self.client.collect(request["batch_id"], self.submit(request))

    def is_refused_or_painted(self, request: dict[str, Any], target: tuple[int, int]) -> None:
        """Where the contract leaves the choice: 422 in words, or pictures of exactly the target's size."""
        reply = self.submit(request)
        if reply.status == 422:
            self.client.refused(422, reply)
            return
        for result in self.client.collect(request["batch_id"], reply):
            assert result["success"], result
            assert (result["width"], result["height"]) == target

    def stop(self, request: dict[str, Any]) -> None:
        reply = self.client.send("DELETE", self.path_of(request))
        assert reply.status == 204, (reply.status, reply.body[:300])
