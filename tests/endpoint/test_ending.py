# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the local endpoint: fast and with its children, in any state, and after any end of its parent."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx_models
import pytest
from PIL import Image
from polling import wait_until
from wire_client import Client, LocalEndpoint, encode, make_request

PROGRAM = "tile-upscale-endpoint"
# Replaces the plug-in: starts the endpoint, and waits.
PARENT = "import subprocess, sys; subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).wait()"
A_SECOND_OF_WORK = os.sysconf("SC_CLK_TCK")


def read_stat(pid: int) -> list[str]:
    """Returns the fields after the name: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def is_gone(pid: int) -> bool:
    try:
        return read_stat(pid)[0] == "Z"
    except OSError:
        return True


def find_family(ancestor: int) -> set[int]:
    """The endpoint processes among a process and its descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and Path(os.readlink(entry / "exe")).name == PROGRAM:
                parents[int(entry.name)] = int(read_stat(int(entry.name))[1])
        except OSError:
            continue
    family = parents.keys() & {ancestor}
    while more := {child for child, parent in parents.items() if parent in family | {ancestor}} - family:
        family |= more
    return family


def has_worked(pid: int) -> bool:
    return sum(map(int, read_stat(pid)[11:13])) > A_SECOND_OF_WORK


def send_only(client: Client, method: str, path: str, body: bytes = b"") -> None:
    """Sends a request without reading its answer. The connection stays open as long as this process."""
    connection = socket.create_connection((client.parts.hostname, client.parts.port or 80))
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nPrefer: wait=20\r\n\r\n"
    connection.sendall(head.encode() + body)
    connection.detach()


def submit_slow(client: Client) -> str:
    """Makes a model whose tile takes a core far longer than any test waits."""
    request = make_request(target=4096)
    request["tiles"][0] |= {"image": encode(Image.new("RGB", (2048, 2048))), "width": 2048, "height": 2048}
    request["model_config"]["base_model"] = "slow"
    assert client.put(request, wait_s=0).status == 202
    return str(request["batch_id"])


def be_idle(client: Client, pid: int) -> None:
    pass


def paint(client: Client, pid: int) -> None:
    submit_slow(client)
    wait_until(lambda: has_worked(pid), "a tile is being painted")


def hold_an_answer(client: Client, pid: int) -> None:
    send_only(client, "GET", f"/v1/batches/{submit_slow(client)}")


def hang_in_a_probe(client: Client, pid: int) -> None:
    request = make_request()
    request["model_config"]["base_model"] = "hanging"
    send_only(client, "PUT", f"/v1/batches/{request['batch_id']}", json.dumps(request).encode())
    wait_until(lambda: any(has_worked(child) for child in find_family(pid) - {pid}), "the model is being tried")


BUSY: list[Callable[[Client, int], None]] = [be_idle, paint, hold_an_answer, hang_in_a_probe]


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    onnx_models.hanging(tmp_path / "hanging.onnx")
    onnx_models.slow(tmp_path / "slow.onnx")
    return ["--models", str(tmp_path), "--probe-s", "600", "--no-token"]


@pytest.mark.parametrize("busy", BUSY)
def test_ends_with_a_parent_that_was_killed(arguments: list[str], busy: Callable[[Client, int], None]) -> None:
    command = [os.environ["UPSCALE_LOCAL_ENDPOINT"], "--exit-with-parent", *arguments]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *command], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    client = Client(parent.stdout.readline().removeprefix("listening on ").strip(), {})
    (endpoint,) = find_family(parent.pid)
    busy(client, endpoint)
    family = find_family(endpoint)
    parent.kill()
    parent.wait()
    wait_until(lambda: all(map(is_gone, family)), "the endpoint and its children have ended")


@pytest.mark.parametrize(
    ("busy", "end"),
    [(be_idle, signal.SIGINT), (be_idle, None), (paint, signal.SIGTERM), (paint, None), (hang_in_a_probe, signal.SIGTERM)],
)
def test_ends_when_told(arguments: list[str], busy: Callable[[Client, int], None], end: signal.Signals | None) -> None:
    endpoint = LocalEndpoint(*arguments)
    busy(endpoint.connect(), endpoint.process.pid)
    family = find_family(endpoint.process.pid)
    if end:
        endpoint.process.send_signal(end)
    else:
        assert endpoint.process.stdin
        endpoint.process.stdin.close()
    assert endpoint.process.wait(timeout=60) == 0
    wait_until(lambda: all(map(is_gone, family)), "its children have ended")


def test_killed_endpoint_takes_its_probe_along(arguments: list[str]) -> None:
    endpoint = LocalEndpoint(*arguments)
    hang_in_a_probe(endpoint.connect(), endpoint.process.pid)
    family = find_family(endpoint.process.pid)
    assert len(family) == 2
    endpoint.process.kill()
    endpoint.process.wait()
    wait_until(lambda: all(map(is_gone, family)), "the probe has ended")
