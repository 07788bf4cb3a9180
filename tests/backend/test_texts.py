# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts of any characters, to every kind of server: another JSON parser reads the user's text, and the pictures are whole."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from backend_driver import Backend
from comfyui_server import ComfyuiServer
from echo_endpoint import EchoEndpoint
from sdapi_server import SdapiServer
from sdcpp_server import SdcppServer

# Characters that have a meaning somewhere on the way. A control character and a number once stood for a picture.
PIECES = [
    "a", "\x01", "\x010", '"\x010', "\\u00010", '"', "\\", "null", '":null,"', "\n", "\r\n", "\t", "\x1b[31m", "\x7f", "{", "}", "]", "'",
    "ä", "漢", "😀", "\u2028", "\u202e", "\uffff", "%prompt%", "%image%", " ",
]  # fmt: skip
N_PROMPTS = 12
SMALL_BYTES = 200_000


def prompts() -> list[tuple[str, str]]:
    chance = random.Random(7)
    made = [tuple("x" + "".join(chance.choices(PIECES, k=chance.randrange(40))) for _ in range(2)) for _ in range(N_PROMPTS)]
    return [('"\x010' * 150, "\x010"), *made]  # type: ignore[list-item]


def paint_all(address: str, folder: Path) -> None:
    with Backend(address, folder) as backend:
        assert backend.probe()["event"] == "probed"
        for prompt, negative in prompts():
            ended = backend.paint((64, 64), prompt=prompt, negative=negative)
            assert "code" not in ended, ended
            assert "file" in ended["answers"][0], ended


def collect(server: Any, route: str) -> list[bytes]:
    """The bodies of all requests to one route from now on."""
    bodies: list[bytes] = []
    genuine = server.handle

    def handle(method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        if (method, path) == ("POST", route):
            bodies.append(body)
        return genuine(method, path, query, body, headers)  # type: ignore[no-any-return]

    server.handle = handle
    return bodies


@pytest.mark.parametrize(
    ("make", "route"), [(SdapiServer, "/sdapi/v1/img2img"), (SdcppServer, "/sdcpp/v1/img_gen"), (ComfyuiServer, "/prompt")]
)
def test_servers_read_the_users_text(make: Any, route: str, tmp_path: Path) -> None:
    with make() as server:
        bodies = collect(server, route)
        paint_all(server.address, tmp_path)
    sent = [json.loads(body) for body in bodies[-N_PROMPTS - 1 :]]
    if make is ComfyuiServer:
        read = [tuple(request["prompt"][node]["inputs"]["text"] for node in ("3", "4")) for request in sent]
    else:
        read = [(request["prompt"], request["negative_prompt"]) for request in sent]
    assert read == prompts()
    assert max(map(len, bodies)) < SMALL_BYTES


def test_wire_contract_carries_the_users_text(tmp_path: Path) -> None:
    with EchoEndpoint() as endpoint:
        paint_all(endpoint.url, tmp_path)
    assert [(request["global_prompt"], request["negative_prompt"]) for request in endpoint.requests] == prompts()
    assert not endpoint.violations
