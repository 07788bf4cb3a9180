# SPDX-License-Identifier: GPL-3.0-or-later
"""A user who deletes a layer or scales the image while the job runs ends no job and loses no tile."""

import json
import socket
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import SCRIPTS, Gimp
from polling import wait_until


@pytest.fixture
def gimp(tmp_path: Path) -> Gimp:
    return Gimp(tmp_path, plug_ins=[Path(__file__).parent / "plug-ins" / "saboteur"])


def sabotage(path: Path, command: str, number: int) -> str:
    wait_until(path.exists, "the saboteur listens")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(f"{command} {number}\n".encode())
        return connection.recv(500).decode()


# test_window.py closes the image: without a window, GIMP keeps an image for as long as the call lasts.
@pytest.mark.parametrize(("command", "target"), [("delete-layer", "layer"), ("scale-image", "image")])
def test_interference(gimp: Gimp, tmp_path: Path, command: str, target: str) -> None:
    ids = tmp_path / "ids.json"
    with EchoEndpoint(Behavior(hold_after=1)) as endpoint:
        arguments = {"endpoints": endpoint.url, "ids": str(ids)}
        process = gimp.start(SCRIPTS / "interfere.py", arguments, SABOTEUR_SOCKET=str(tmp_path / "socket"))
        endpoint.wait_for_tiles(1)
        answered = sabotage(tmp_path / "socket", command, json.loads(ids.read_text())[target])
        endpoint.release()
        outcome = gimp.finish(process)
        sent = [tile["index"] for tile in endpoint.tiles]
    assert answered == "done"
    told = outcome.values
    assert told.get("status") == "success", str(outcome)
    assert told["failed"] == 0
    assert sorted(sent) == list(range(told["tiles"])), "a tile was lost, or sent twice"
    assert told["size"] == [300, 240]
    assert told["position"] == 0
    assert told["difference"] <= 1.001 / 255
