# SPDX-License-Identifier: GPL-3.0-or-later
"""The discovery of a server: lists that fail for a moment, and the kind of a server."""

from pathlib import Path
from typing import Any

import pytest
from backend_driver import Backend
from comfyui_server import ComfyuiServer
from sdapi_server import SdapiServer
from sdcpp_server import SdcppServer
from tile_server import TileServer

# The kind of server, and the start of the paths of its lists.
SERVERS = [
    (SdapiServer, "/"),
    (ComfyuiServer, "/object_info/"),
    (ComfyuiServer, "/system_stats"),
    (SdcppServer, "/sdcpp/v1/capabilities"),
]


def fail_first(server: TileServer, status: int, times: int = 1, only: str = "") -> None:
    """Answers the first `times` requests for each path with `status`."""
    handle = server.handle
    seen: dict[str, int] = {}

    def interfere(method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        seen[path] = seen.get(path, 0) + 1
        if method == "GET" and only in path and seen[path] <= times:
            return status, {"detail": "try again"}
        return handle(method, path, query, body, headers)

    server.handle = interfere  # type: ignore[method-assign]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize(("kind", "where"), SERVERS)
def test_failed_list_is_queried_again(tmp_path: Path, kind: type[TileServer], where: str, status: int) -> None:
    with kind() as server, Backend(server.address, tmp_path) as backend:
        undisturbed = backend.probe()
        assert undisturbed["event"] == "probed"
        fail_first(server, status, 1, where)
        assert backend.probe() == undisturbed


@pytest.mark.parametrize(("kind", "path"), [(SdapiServer, "/controlnet/model_list"), (ComfyuiServer, "/object_info/KSampler")])
def test_busy_server_is_not_reported_to_lack_features(tmp_path: Path, kind: type[TileServer], path: str) -> None:
    with kind() as server, Backend(server.address, tmp_path) as backend:
        fail_first(server, 503, 99, path)
        failed = backend.probe()
    assert (failed["event"], failed["code"]) == ("probe-failed", "busy")


def test_list_that_always_fails_is_unknown(tmp_path: Path) -> None:
    with SdapiServer() as server, Backend(server.address, tmp_path) as backend:
        fail_first(server, 500, 99, "/sdapi/v1/loras")
        assert backend.probe()["loras"] is None


KINDS = [(ComfyuiServer, "ComfyUI"), (SdcppServer, "stable-diffusion.cpp"), (SdapiServer, "AUTOMATIC1111")]


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_address_without_a_kind(tmp_path: Path, kind: type[TileServer], name: str) -> None:
    """The server is recognized, and the message holds the right address."""
    with kind() as server, Backend(server.url, tmp_path) as backend:
        failed = backend.probe()
        assert failed["code"] == "rejected"
        assert f"it is {name}: give its address as {server.address}," in failed["message"]


def test_server_of_no_known_kind(tmp_path: Path) -> None:
    class Other(SdapiServer):
        def handle(self, *_: object) -> tuple[object, ...]:
            return 404, b"<html>hello</html>", "text/html"

    with Other() as server, Backend(server.url, tmp_path) as backend:
        assert "Check the address" in backend.probe()["message"]
