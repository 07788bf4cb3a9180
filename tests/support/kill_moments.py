# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at the moment of a request, from within the endpoint that gets it, and a look at what is left."""

import threading
from collections.abc import Callable

from echo_endpoint import EchoEndpoint, Exchange
from polling import LIMIT_S

# Where run-job stops when it is told to, and the how manyth time; see tests/faults/stop-points.c.
MOMENTS = ["encode:1", "encode:7", "send:1", "send:2", "read:1", "read:4", "keep:1", "keep:9", "kept:4", "compose:3", "end:1"]


def is_health(exchange: Exchange) -> bool:
    return exchange.path == "/v1/health"


def is_batch(exchange: Exchange) -> bool:
    return exchange.command == "PUT"


def is_taken(exchange: Exchange) -> bool:
    """The endpoint has the batch, and its answer comes too late."""
    if exchange.command == "PUT":
        exchange.endpoint.submit(exchange.body)
    return exchange.command == "PUT"


def is_half_answered(exchange: Exchange) -> bool:
    if exchange.command == "PUT":
        exchange.endpoint.submit(exchange.body)
        exchange.send_response(200)
        exchange.send_header("Content-Length", "100000")
        exchange.end_headers()
        exchange.wfile.write(b'{"batch_id": "')
        exchange.close_connection = True
    return exchange.command == "PUT"


REQUESTS = {
    "it asks what the endpoint can do": ("interfere", is_health),
    "it uploads": ("on_headers", is_batch),
    "the batch has arrived": ("interfere", is_batch),
    "the batch was taken": ("interfere", is_taken),
    "half an answer was sent": ("interfere", is_half_answered),
}


class KillAtRequest:
    """Kills from within the endpoint, once, when it comes to one of REQUESTS."""

    def __init__(self, endpoint: EchoEndpoint, when: str) -> None:
        self.endpoint = endpoint
        self.hook, self.is_meant = REQUESTS[when]
        self.kill: Callable[[], object] = lambda: None
        self.is_armed = threading.Event()
        self.is_done = threading.Event()
        # Two batches arrive side by side, and a process is waited for by one thread at a time.
        self.lock = threading.Lock()
        setattr(endpoint.behavior, self.hook, self)

    def __call__(self, exchange: Exchange) -> bool:
        with self.lock:
            if self.is_done.is_set() or not self.is_meant(exchange):
                return False
            self.is_armed.wait()
            self.kill()
            self.is_done.set()
        return False

    def let_happen(self, kill: Callable[[], object]) -> None:
        """Returns when it has happened; `kill` returns when the client is gone."""
        self.kill = kill
        self.is_armed.set()
        is_over = self.is_done.wait(LIMIT_S)
        assert is_over, "the killed process is still there" if self.lock.locked() else "the moment did not come"
        setattr(self.endpoint.behavior, self.hook, None)
