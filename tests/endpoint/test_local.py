# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of the endpoint that ships with the plug-in, beyond the contract: limits, leases and access."""

import base64
import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
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


def read_file(process: int, name: str) -> str:
    return Path(f"/proc/{process}/{name}").read_text()


def test_token_is_wanted_and_shows_nowhere(endpoint: LocalEndpoint) -> None:
    client, token = endpoint.connect(), endpoint.headers["Authorization"].removeprefix("Bearer ")
    assert client.send("GET", "/v1/health").status == 200
    assert re.fullmatch("[0-9a-f]{64}", token)
    assert token not in read_file(endpoint.process.pid, "cmdline") + read_file(endpoint.process.pid, "environ")
    wrong = ["", token[:-1], token + "0", token[::-1], token + "\u00e9", "Bearer " + token]
    for header in [None, token, "Basic " + token, *(f"Bearer {text}" for text in wrong)]:
        reply = Client(endpoint.url, {"Authorization": header} if header is not None else {}).send("GET", "/v1/health")
        assert "UPSCALE_TOKEN" in client.refused(401, reply)
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.headers["connection"] == "close"


def test_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSCALE_TOKEN", "of my own")
    with LocalEndpoint() as endpoint:
        assert endpoint.headers == {"Authorization": "Bearer of my own"}, "a token that is known is not printed"
        assert Client(endpoint.url, {"Authorization": "Bearer of my own"}).send("GET", "/v1/health").status == 200
        assert Client(endpoint.url, {}).send("GET", "/v1/health").status == 401


def test_no_token_when_told_so() -> None:
    with LocalEndpoint("--no-token") as endpoint:
        assert endpoint.headers == {} and Client(endpoint.url, {}).send("GET", "/v1/health").status == 200


def test_socket_is_its_users_alone() -> None:
    """Another user is refused even where the file system lets that user reach the socket."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    ask = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
        "s.sendall(b'GET /v1/health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n'); print(s.recv(15))"
    )
    with LocalEndpoint(on_socket=True) as endpoint:
        path = endpoint.url.removeprefix("unix:")
        Path(path).chmod(0o666)
        Path(path).parent.chmod(0o755)

        def answers(user: int | None = None) -> str:
            return subprocess.run([sys.executable, "-c", ask, path], capture_output=True, text=True, check=False, user=user).stdout

        assert "HTTP/1.1 200" in answers()
        assert "HTTP" not in answers(65534)


@pytest.mark.parametrize("descriptor", [0, 1])
def test_descriptor_that_does_not_listen_is_refused(descriptor: int) -> None:
    command = [os.environ["UPSCALE_LOCAL_ENDPOINT"], f"--socket-fd={descriptor}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert done.stderr.startswith("tile-upscale-endpoint: ")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_pages_in_a_browser_are_refused(endpoint: LocalEndpoint, headers: dict[str, str]) -> None:
    client = endpoint.connect()
    client.refused(403, client.send("GET", "/v1/health", headers=headers))


def test_lease_that_runs_out_cancels() -> None:
    with LocalEndpoint("--workers", "1", "--max-tiles", "64", "--max-memory-mib", "8192") as endpoint:
        client = endpoint.connect()
        first = make_request(tiles=64, target=4096, lease_s=1)
        client.answer(client.put(first))
        # A question would renew the lease, so ask about another batch meanwhile.
        probe = make_request()
        client.finish(probe)
        assert client.answer(client.get(first["batch_id"]))["status"] == "cancelled"


def test_bodies_over_the_limit_are_refused() -> None:
    with LocalEndpoint("--max-body-mib", "1") as endpoint:
        client = endpoint.connect()
        client.refused(413, client.send("PUT", "/v1/batches/x", b"x" * (2 << 20)))
        assert client.send("GET", "/v1/health").status == 200


def test_chunked_bodies_over_the_limit_are_refused() -> None:
    with LocalEndpoint("--max-body-mib", "1") as endpoint:
        client = endpoint.connect()
        chunks = (b"x" * 65536 for _ in range(40))
        client.refused(413, client.send("PUT", "/v1/batches/x", chunks))


def test_no_room_for_more_batches() -> None:
    with LocalEndpoint("--max-jobs", "1", "--workers", "1", "--max-tiles", "64", "--max-memory-mib", "8192") as endpoint:
        client = endpoint.connect()
        running = make_request(tiles=64, target=4096)
        client.answer(client.put(running))
        reply = client.put(make_request())
        client.refused(429, reply)
        assert int(reply.headers["retry-after"]) > 0
        client.send("DELETE", f"/v1/batches/{running['batch_id']}")
        wait_until(lambda: client.put(make_request()).status in (200, 202), "there is room again")


def test_client_that_goes_away_cancels_the_blocking_route() -> None:
    with LocalEndpoint("--workers", "1", "--max-tiles", "64", "--max-memory-mib", "8192") as endpoint:
        client = endpoint.connect()
        request = make_request(tiles=64, target=4096)
        body = json.dumps(request).encode()
        port = int(endpoint.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"POST /process_tile_batch HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n"
            head += f"Authorization: {client.headers['Authorization']}\r\n\r\n"
            connection.sendall(head.encode() + body)
            wait_until(lambda: client.get(request["batch_id"], wait_s=0).status == 202, "the batch runs")
        wait_until(lambda: client.get(request["batch_id"], wait_s=0).json.get("status") == "cancelled", "it is cancelled")


def test_bomb_is_refused_without_being_unpacked(endpoint: LocalEndpoint) -> None:
    client = endpoint.connect()
    request = make_request()
    picture = bytearray(base64.b64decode(request["tiles"][0]["image"]))
    picture[16:24] = (60000).to_bytes(4, "big") * 2
    request["tiles"][0]["image"] = base64.b64encode(picture).decode()
    assert not client.finish(request)[0]["success"]


def say_raw(endpoint: LocalEndpoint, *lines: bytes, body: bytes = b"") -> bytes:
    """Returns everything that the endpoint answers until it closes the connection."""
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
    """The endpoint answers once: it does not parse bytes after the body as another request."""
    hidden = b"0\r\n\r\nGET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    heard = say_raw(endpoint, b"PUT /v1/batches/x HTTP/1.1", *lengths, body=hidden)
    assert heard.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))
    assert heard.count(b"HTTP/1.") == 1
    assert endpoint.connect().send("GET", "/v1/health").status == 200


def test_refused_requests_leave_room_for_others() -> None:
    with LocalEndpoint("--max-connections", "2") as endpoint:
        for _ in range(5):
            assert b" 400 " in say_raw(endpoint, b"PUT /v1/batches/x HTTP/1.1", b"Content-Length: -1")
        assert endpoint.connect().send("GET", "/v1/health").status == 200


@pytest.mark.parametrize("name", ["x\r\nEvil: 1", "x\ny", "\x1b[31m"])
def test_ids_can_not_add_headers(endpoint: LocalEndpoint, name: str) -> None:
    client = endpoint.connect()
    request = make_request(batch_id=name)
    reply = client.send("PUT", f"/v1/batches/{quote(name, safe='')}", json.dumps(request))
    assert "batch_id" in client.refused(422, reply)
    assert "evil" not in reply.headers
    request = make_request()
    request["tiles"][0]["id"] = name
    assert "id" in client.refused(422, client.put(request))


def test_length_of_ids_is_counted_in_characters(endpoint: LocalEndpoint) -> None:
    client = endpoint.connect()
    request = make_request(batch_id="\u65e5" * 200)
    request["tiles"][0]["id"] = "\u00e4" * 200
    reply = client.send("PUT", f"/v1/batches/{quote(request['batch_id'], safe='')}", json.dumps(request), {"Prefer": "wait=20"})
    assert client.answer(reply)["results"][0]["id"] == request["tiles"][0]["id"]


def test_address_of_a_batch_is_escaped(endpoint: LocalEndpoint) -> None:
    client = endpoint.connect()
    request = make_request(batch_id="a ä?#%", tiles=8, target=2048)
    path = f"/v1/batches/{quote(request['batch_id'], safe='')}"
    reply = client.send("PUT", path, json.dumps(request), {"Prefer": "wait=0"})
    assert reply.status == 202
    assert unquote(reply.headers["location"]) == "/v1/batches/a ä?#%"
    assert client.send("DELETE", reply.headers["location"]).status == 204


def test_json_beside_the_pictures_is_bounded(endpoint: LocalEndpoint) -> None:
    """16 MiB of lists took 749 MiB when they were parsed."""
    client = endpoint.connect()
    body = b'{"protocol":1,"a":[' + b"[]," * (3 << 20) + b"0]}"
    assert "4 MiB" in client.refused(413, client.send("PUT", "/v1/batches/x", body))
    assert peak_mib(endpoint) < 200


@pytest.mark.parametrize(
    "body",
    [b"[" * 1_000_000, b'{"a":' * 1_000_000, b'{"a":"\xff"}', b'{"a":"\0"}', b"\0", b'{"a":"\\ud800"}'],
    ids=["lists", "objects", "no-utf8", "nul", "only-nul", "surrogate"],
)
def test_odd_json_is_refused(endpoint: LocalEndpoint, body: bytes) -> None:
    client = endpoint.connect()
    client.refused(400, client.send("PUT", "/v1/batches/x", body))
    assert client.send("GET", "/v1/health").status == 200


def test_placeholder_of_a_picture_leads_nowhere_twice(endpoint: LocalEndpoint) -> None:
    client = endpoint.connect()
    request = make_request(tiles=3)
    request["tiles"][2]["image"] = encode(Image.effect_noise((64, 64), 80).convert("RGB"))
    assert len(request["tiles"][2]["image"]) > 4096
    request["tiles"][0]["image"] = request["tiles"][1]["image"] = "\x010"
    answer = client.answer(client.put(request, 10))
    while answer["status"] != "completed":
        answer = client.answer(client.get(request["batch_id"]))
    assert sorted((result["id"], result["success"]) for result in answer["results"]) == [("0", True), ("1", False), ("2", False)]


def test_mutated_requests_are_answered(endpoint: LocalEndpoint) -> None:
    """Any body is refused or becomes a job, and the endpoint continues to work."""
    client = endpoint.connect()
    chance = random.Random(1)
    for _ in range(300):
        body = bytearray(json.dumps({**make_request(size=8, target=8), "batch_id": "x"}).encode())
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(body))
            pieces = [b"{", b"}", b"[", b"]", b'"', b",", b"\\", b"\0", b"\xff", b"9" * 30, b"null"]
            body[at : at + chance.randrange(3)] = chance.choice(pieces)
        assert client.send("PUT", "/v1/batches/x", bytes(body)).status in (200, 202, 400, 413, 422)
    assert client.send("GET", "/v1/health").status == 200


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--max-tiles", "0"], ["--nonsense"]])
def test_bad_arguments_are_said_in_words(endpoint: LocalEndpoint, arguments: list[str]) -> None:
    done = subprocess.run([endpoint.program, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("tile-upscale-endpoint: ")
