# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the endpoint that ships with the plug-in promises: limits, leases, who may ask, and how it ends."""

import base64
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from polling import wait_until
from wire_client import Client, LocalEndpoint, make_request


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


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--max-tiles", "0"], ["--nonsense"]])
def test_bad_arguments_are_said_in_words(endpoint: LocalEndpoint, arguments: list[str]) -> None:
    done = subprocess.run([endpoint.process.args[0], *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("tile-upscale-endpoint: ")
