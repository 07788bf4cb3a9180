# SPDX-License-Identifier: GPL-3.0-or-later
"""Backends that are dropped while their requests are under way, as a retry drops the endpoints of the run before."""

import threading
from pathlib import Path
from typing import Any

import pytest
from backend_driver import Backend
from comfyui_server import OLD, ComfyuiServer
from polling import wait_until
from sdapi_server import SdapiServer
from sdcpp_server import SdcppServer
from tile_server import TileServer

ANSWER_TIMEOUT_S = 60
each_kind = pytest.mark.parametrize(
    ("make", "route"), [(SdapiServer, "/sdapi/v1/img2img"), (SdcppServer, "/sdcpp/v1/img_gen"), (ComfyuiServer, "/prompt")]
)


def drop(backend: Backend) -> None:
    backend.tell("drop")
    backend.next("dropped")


def drop_during_paint(backend: Backend, server: TileServer, route: str, n_before: int) -> None:
    wait_until(lambda: server.count("POST", route) > n_before, "the server paints")
    drop(backend)
    server.release()


@each_kind
def test_backend_dropped_during_probe(tmp_path: Path, make: Any, route: str) -> None:
    with make() as server, Backend(server.address, tmp_path) as backend:
        server.held = True
        backend.tell("probe")
        drop_during_paint(backend, server, route, 0)
        assert backend.next("probed", "probe-failed")["event"] == "probed"


@each_kind
def test_backend_dropped_during_batch(tmp_path: Path, make: Any, route: str) -> None:
    with make() as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        n_probed = server.count("POST", route)
        server.held = True
        backend.start((64, 64), (64, 64))
        drop_during_paint(backend, server, route, n_probed)
        backend.check_answers(backend.finish())


class SlowToCancel(ComfyuiServer):
    """Fails the batch, and answers its cancellation once `may_answer` is set."""

    def __init__(self) -> None:
        super().__init__(version=OLD)
        self.may_answer = threading.Event()

    def handle(self, method: str, path: str, *rest: Any) -> tuple[Any, ...]:
        if path.endswith("/cancel"):
            self.may_answer.wait(ANSWER_TIMEOUT_S)
        return super().handle(method, path, *rest)


def test_backend_dropped_during_cancellation(tmp_path: Path) -> None:
    with SlowToCancel() as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        server.answer_with = {"/history": [(503, None)]}
        assert backend.paint((64, 64))["code"] == "busy"
        backend.tell("abandon")
        wait_until(lambda: server.requests[-1][1].endswith("/cancel"), "the server was told")
        drop(backend)
        server.may_answer.set()
        wait_until(lambda: server.count("GET", "/queue") or backend.process.poll(), "the cancellation went on")
        assert server.count("GET", "/queue"), backend.complaints.read_text()
