# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the endpoint that ships with the plug-in promises: limits, leases, who may ask, and how it ends."""

import base64
import contextlib
import json
import random
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from PIL import Image
from polling import wait_until
from wire_client import Client, LocalEndpoint, encode, make_request


def peak_mib(endpoint: LocalEndpoint) -> int:
    status = Path(f"/proc/{endpoint.process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) >> 10


@pytest.fixture
def endpoint() -> Iterator[LocalEndpoint]:
    with LocalEndpoint() as running:
        yield running


def test_says_where_it_listens(endpoint: LocalEndpoint) -> None:
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+\n", endpoint.line)


def test_listens_on_loopback_only(endpoint: LocalEndpoint) -> None:
    port = int(endpoint.url.rpartition(":")[2])
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {fields[1] for fields in listening if fields[3] == "0A" and fields[1].endswith(f":{port:04X}")}
    assert addresses == {f"0100007F:{port:04X}"}


def test_ends_when_its_parent_lets_go(endpoint: LocalEndpoint) -> None:
    assert endpoint.process.stdin
    endpoint.process.stdin.close()
    assert endpoint.process.wait(timeout=30) == 0


def test_ends_on_sigterm(endpoint: LocalEndpoint) -> None:
    endpoint.process.send_signal(signal.SIGTERM)
    assert endpoint.process.wait(timeout=30) == 0


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_pages_in_a_browser_are_refused(endpoint: LocalEndpoint, headers: dict[str, str]) -> None:
    client = Client(endpoint.url)
    client.refused(403, client.send("GET", "/v1/health", headers=headers))


def test_lease_that_runs_out_cancels() -> None:
    with LocalEndpoint("--workers", "1", "--max-tiles", "64") as endpoint:
        client = Client(endpoint.url)
        first = make_request(tiles=64, target=4096, lease_s=1)
        client.answer(client.put(first))
        # A question would renew the lease, so another batch is asked about until its turn has come.
        probe = make_request()
        client.finish(probe)
        assert client.answer(client.get(first["batch_id"]))["status"] == "cancelled"


def test_bodies_over_the_limit_are_refused() -> None:
    with LocalEndpoint("--max-body-mib", "1") as endpoint:
        client = Client(endpoint.url)
        client.refused(413, client.send("PUT", "/v1/batches/x", b"x" * (2 << 20)))
        assert client.send("GET", "/v1/health").status == 200


def test_chunked_bodies_over_the_limit_are_refused() -> None:
    with LocalEndpoint("--max-body-mib", "1") as endpoint:
        client = Client(endpoint.url)
        chunks = (b"x" * 65536 for _ in range(40))
        client.refused(413, client.send("PUT", "/v1/batches/x", chunks))


def test_no_room_for_more_batches() -> None:
    with LocalEndpoint("--max-jobs", "1", "--workers", "1", "--max-tiles", "64") as endpoint:
        client = Client(endpoint.url)
        running = make_request(tiles=64, target=4096)
        client.answer(client.put(running))
        reply = client.put(make_request())
        client.refused(429, reply)
        assert int(reply.headers["retry-after"]) > 0
        client.send("DELETE", f"/v1/batches/{running['batch_id']}")
        wait_until(lambda: client.put(make_request()).status in (200, 202), "there is room again")


def test_client_that_goes_away_cancels_the_blocking_route() -> None:
    with LocalEndpoint("--workers", "1", "--max-tiles", "64") as endpoint:
        client = Client(endpoint.url)
        request = make_request(tiles=64, target=4096)
        body = json.dumps(request).encode()
        port = int(endpoint.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"POST /process_tile_batch HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            wait_until(lambda: client.get(request["batch_id"], wait_s=0).status == 202, "the batch runs")
        wait_until(lambda: client.get(request["batch_id"], wait_s=0).json.get("status") == "cancelled", "it is cancelled")


def test_bomb_is_refused_without_being_unpacked(endpoint: LocalEndpoint) -> None:
    client = Client(endpoint.url)
    request = make_request()
    picture = bytearray(base64.b64decode(request["tiles"][0]["image"]))
    picture[16:24] = (60000).to_bytes(4, "big") * 2
    request["tiles"][0]["image"] = base64.b64encode(picture).decode()
    assert not client.finish(request)[0]["success"]


def say_raw(endpoint: LocalEndpoint, *lines: bytes, body: bytes = b"") -> bytes:
    """All that the endpoint answers until it closes the connection."""
    port = int(endpoint.url.rpartition(":")[2])
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"\r\n".join([*lines, b"Host: localhost", b"", body]))
        with contextlib.suppress(ConnectionResetError):  # what it refuses it does not read
            while part := connection.recv(65536):
                heard += part
    return heard


@pytest.mark.parametrize(
    "lengths",
    [
        [b"Content-Length: 5", b"Content-Length: 2"],
        [b"Content-Length: 5, 2"],
        [b"Content-Length: -1"],
        [b"Content-Length: -9223372036854775808"],
        [b"Content-Length: 9223372036854775807"],
        [b"Content-Length: 99999999999999999999"],
        [b"Content-Length: many"],
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: rot13"],
    ],
)
def test_request_that_does_not_say_where_it_ends_is_refused(endpoint: LocalEndpoint, lengths: list[bytes]) -> None:
    """One answer and no more: what follows is not taken for another request."""
    hidden = b"0\r\n\r\nGET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    heard = say_raw(endpoint, b"PUT /v1/batches/x HTTP/1.1", *lengths, body=hidden)
    assert heard.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))
    assert heard.count(b"HTTP/1.") == 1
    assert Client(endpoint.url).send("GET", "/v1/health").status == 200


@pytest.mark.parametrize("name", ["x\r\nEvil: 1", "x\ny", "\x1b[31m"])
def test_ids_can_not_add_headers(endpoint: LocalEndpoint, name: str) -> None:
    client = Client(endpoint.url)
    request = make_request(batch_id=name)
    reply = client.send("PUT", f"/v1/batches/{quote(name, safe='')}", json.dumps(request))
    assert "batch_id" in client.refused(422, reply)
    assert "evil" not in reply.headers
    request = make_request()
    request["tiles"][0]["id"] = name
    assert "id" in client.refused(422, client.put(request))


def test_address_of_a_batch_is_escaped(endpoint: LocalEndpoint) -> None:
    client = Client(endpoint.url)
    request = make_request(batch_id="a ä?#%", tiles=8, target=2048)
    path = f"/v1/batches/{quote(request['batch_id'], safe='')}"
    reply = client.send("PUT", path, json.dumps(request), {"Prefer": "wait=0"})
    assert reply.status == 202
    assert unquote(reply.headers["location"]) == "/v1/batches/a ä?#%"
    assert client.send("DELETE", reply.headers["location"]).status == 204


def test_json_beside_the_pictures_is_bounded(endpoint: LocalEndpoint) -> None:
    """16 MiB of lists took 749 MiB when they were parsed."""
    client = Client(endpoint.url)
    body = b'{"protocol":1,"a":[' + b"[]," * (3 << 20) + b"0]}"
    assert "4 MiB" in client.refused(413, client.send("PUT", "/v1/batches/x", body))
    assert peak_mib(endpoint) < 200


@pytest.mark.parametrize(
    "body",
    [b"[" * 1_000_000, b'{"a":' * 1_000_000, b'{"a":"\xff"}', b'{"a":"\0"}', b"\0", b'{"a":"\\ud800"}'],
    ids=["lists", "objects", "no-utf8", "nul", "only-nul", "surrogate"],
)
def test_odd_json_is_refused(endpoint: LocalEndpoint, body: bytes) -> None:
    client = Client(endpoint.url)
    client.refused(400, client.send("PUT", "/v1/batches/x", body))
    assert client.send("GET", "/v1/health").status == 200


def test_placeholder_of_a_picture_leads_nowhere_twice(endpoint: LocalEndpoint) -> None:
    client = Client(endpoint.url)
    request = make_request(tiles=3)
    request["tiles"][2]["image"] = encode(Image.effect_noise((64, 64), 80).convert("RGB"))
    assert len(request["tiles"][2]["image"]) > 4096
    request["tiles"][0]["image"] = request["tiles"][1]["image"] = "\x010"
    answer = client.answer(client.put(request, 10))
    while answer["status"] != "completed":
        answer = client.answer(client.get(request["batch_id"]))
    assert sorted((result["id"], result["success"]) for result in answer["results"]) == [("0", True), ("1", False), ("2", False)]


def test_mutated_requests_are_answered(endpoint: LocalEndpoint) -> None:
    """A refusal or a job, and the endpoint lives on."""
    client = Client(endpoint.url)
    chance = random.Random(1)
    for _ in range(300):
        body = bytearray(json.dumps({**make_request(size=8, target=8), "batch_id": "x"}).encode())
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(body))
            body[at : at + chance.randrange(3)] = chance.choice([b"{", b"}", b"[", b"]", b'"', b",", b"\\", b"\0", b"\xff", b"9" * 30, b"null"])
        assert client.send("PUT", "/v1/batches/x", bytes(body)).status in (200, 202, 400, 413, 422)
    assert client.send("GET", "/v1/health").status == 200


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--max-tiles", "0"], ["--nonsense"]])
def test_bad_arguments_are_said_in_words(endpoint: LocalEndpoint, arguments: list[str]) -> None:
    done = subprocess.run([endpoint.process.args[0], *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("tile-upscale-endpoint: ")
