# SPDX-License-Identifier: GPL-3.0-or-later
"""A user who deletes, scales and closes things while the job runs kills nothing and loses no tile."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from polling import wait_until

SCRIPT = """
import json, os
from gi.repository import Gimp
from gimp_inside import *
image, layer = make_image(150, 120)
with open(os.environ["TEST_IDS"], "w") as file:
    json.dump({"layer": layer.get_id(), "image": image.get_id()}, file)
answer = upscale(image, layer, scale=2.0, tile_size=128, overlap=32, endpoints=os.environ["TEST_ENDPOINT"])
home = answer.layer.get_image() if answer.layer else None
reference, source = make_image(150, 120)
tell(status=answer.status, message=answer.message, tiles=answer.tiles, failed=answer.failed,
     size=[answer.layer.get_width(), answer.layer.get_height()] if answer.layer else None,
     position=home.get_item_position(answer.layer) if home else None,
     difference=difference(answer.layer, scaled_by_gimp(reference, source, 2.0)) if answer.layer else None)
"""


@pytest.fixture
def gimp(tmp_path: Path) -> Iterator[Gimp]:
    yield Gimp(tmp_path, plug_ins=[Path(__file__).parent / "plug-ins" / "saboteur"])


def sabotage(path: Path, command: str, number: int) -> str:
    wait_until(path.exists, "the saboteur listens")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(f"{command} {number}\n".encode())
        return connection.recv(500).decode()


# Closing the image is tried with a real window, in test_window.py: without one, GIMP keeps an image for as long as the call lasts.
@pytest.mark.parametrize(("command", "target"), [("delete-layer", "layer"), ("scale-image", "image")])
def test_interference(gimp: Gimp, tmp_path: Path, command: str, target: str) -> None:
    ids = tmp_path / "ids.json"
    with EchoEndpoint(Behavior(hold_after=1)) as endpoint:
        process = gimp.start(SCRIPT, TEST_ENDPOINT=endpoint.url, TEST_IDS=str(ids), SABOTEUR_SOCKET=str(tmp_path / "socket"))
        endpoint.wait_for_tiles(1)
        answered = sabotage(tmp_path / "socket", command, json.loads(ids.read_text())[target])
        endpoint.release()
        outcome = gimp.finish(process)
        sent = [tile["index"] for tile in endpoint.tiles]
    assert answered == "done"
    told = outcome.values
    assert told.get("status") == "success", outcome
    assert told["failed"] == 0
    assert sorted(sent) == list(range(told["tiles"])), "a tile was lost, or sent twice"
    assert told["size"] == [300, 240]
    assert told["position"] == 0
    assert told["difference"] <= 1.001 / 255
