# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu` as a process: addresses, authentication, limits, leases and cancellation."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpu_service import PYTHON, Process, make_environment, make_weights, run_uvicorn
from polling import wait_until
from wire_client import Client, check, make_request

TOKEN = "a long random text"
LONG = {"strength": 1.0, "steps": 150}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_weights(tmp_path_factory.mktemp("weights"))
    path.write_text("max_body_mib = 1\nmax_jobs = 2\n" + path.read_text())
    return path


@pytest.fixture(scope="module")
def service(settings: Path) -> Iterator[tuple[str, Process]]:
    with run_uvicorn(settings) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: tuple[str, Process]) -> Client:
    return Client(service[0])


def make_long_request(**changes: object) -> dict:
    """Half an hour of work, longer than a test may take: hundreds of steps at 512 px."""
    request = make_request(tiles=20, target=512, **changes)
    request["gen_params"].update(LONG)
    return request


def stop(client: Client, request: dict) -> None:
    assert client.send("DELETE", f"/v1/batches/{request['batch_id']}").status == 204


def test_health_shows_what_it_costs(client: Client) -> None:
    health = client.send("GET", "/v1/health").json
    check(health, "health")
    assert (health["price_per_hour"], health["currency"]) == (1.5, "EUR")
    assert health["about"] == "Paints on: none, a CPU, 1.50 EUR an hour."
    assert (health["models"], health["controlnets"], health["loras"]) == (["tiny"], ["tile"], ["style"])


def test_metrics_follow_the_work(settings: Path) -> None:
    """With a token, as all routes but those for supervisors."""
    with run_uvicorn(settings, "--json-logs", UPSCALE_TOKEN="secret") as (url, process):
        client = Client(url, {"Authorization": "Bearer secret"})
        assert Client(url, {}).send("GET", "/metrics").status == 401
        request = make_request(tiles=3)
        request["tiles"][2]["image"] = "bm90IGEgcGljdHVyZQ=="
        client.finish(request)
        text = client.send("GET", "/metrics").body.decode()
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert float(values['tile_upscale_tiles_total{result="painted"}']) == 2
        assert float(values['tile_upscale_tiles_total{result="failed"}']) == 1
        for stage in ("encode", "denoise", "decode", "png"):
            assert float(values[f'tile_upscale_stage_seconds_total{{stage="{stage}"}}']) > 0
        assert float(values['tile_upscale_batches{status="running"}']) == 0
        lines = [json.loads(line) for line in process.text.splitlines() if line.startswith("{")]
    painted = [line for line in lines if line["message"].startswith("tile ")]
    assert len(painted) == 2 and {line["batch_id"] for line in painted} == {request["batch_id"]}
    assert "secret" not in process.text


def test_health_tells_what_a_model_takes(client: Client) -> None:
    """The limits in the answer are those of requests: one more step is refused."""
    (details,) = client.send("GET", "/v1/health").json["model_details"]
    assert (details["name"], details["family"], details["default_sampler"]) == ("tiny", "sdxl", "euler")
    for sampler in details["samplers"]:
        request = make_request()
        request["gen_params"].update(sampler=sampler["name"], steps=sampler["max_steps"] + 1)
        assert str(sampler["max_steps"]) in client.refused(422, client.put(request))
    assert len(details["samplers"]) == 12


def test_seconds_per_tile_are_logged(service: tuple[str, Process]) -> None:
    client = Client(service[0])
    client.finish(make_request(tiles=2))
    wait_until(lambda: re.search(r"tile '1': \d+\.\d\d s, painted with 2 at once", service[1].text), "the log says how long a tile took")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_pages_in_a_browser_are_refused(client: Client, headers: dict[str, str]) -> None:
    client.refused(403, client.send("GET", "/v1/health", headers=headers))


def test_bodies_over_the_limit_are_refused(client: Client) -> None:
    client.refused(413, client.send("PUT", "/v1/batches/x", b"x" * (2 << 20)))
    client.refused(413, client.send("PUT", "/v1/batches/x", (b"x" * 65536 for _ in range(40))))
    assert client.send("GET", "/v1/health").status == 200


def test_delete_stops_within_a_step(client: Client) -> None:
    """The next batch is painted at once, since the long one stops between two steps."""
    request = make_long_request()
    client.answer(client.put(request))
    wait_until(lambda: client.answer(client.get(request["batch_id"], wait_s=0))["status"] == "running", "it is painted")
    stop(client, request)
    answer = client.answer(client.get(request["batch_id"]))
    assert answer["status"] == "cancelled" and answer["error"]
    assert client.finish(make_request())[0]["success"]


def test_lease_that_runs_out_cancels(client: Client) -> None:
    request = make_long_request(lease_s=1)
    client.answer(client.put(request))
    # A request for this batch would renew its lease, so run another batch, which waits for this one.
    client.finish(make_request())
    answer = client.answer(client.get(request["batch_id"]))
    assert answer["status"] == "cancelled" and "lease" in answer["error"]


def test_no_room_for_more_batches(client: Client) -> None:
    requests = [make_long_request() for _ in range(2)]
    for request in requests:
        client.answer(client.put(request))
    reply = client.put(make_request())
    client.refused(429, reply)
    assert int(reply.headers["retry-after"]) > 0
    for request in requests:
        stop(client, request)
    assert client.finish(make_request())[0]["success"]


def test_client_that_goes_away_cancels_the_blocking_route(client: Client) -> None:
    request = make_long_request()
    body = json.dumps(request).encode()
    with socket.create_connection((client.parts.hostname, client.parts.port)) as connection:
        head = f"POST /process_tile_batch HTTP/1.1\r\nHost: {client.parts.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        wait_until(lambda: client.get(request["batch_id"], wait_s=0).status == 202, "the batch runs")
    wait_until(lambda: client.get(request["batch_id"], wait_s=0).json.get("status") == "cancelled", "it is cancelled")


def test_wait_is_held_until_there_is_news(client: Client) -> None:
    request = make_request()
    answer = client.answer(client.put(request, wait_s=20))
    assert answer["tiles_processed"] == 1, "the answer came with the first result"


def test_wrong_method_names_the_right_ones(client: Client) -> None:
    reply = client.send("POST", "/v1/batches/x", "{}")
    assert set(reply.headers["allow"].split(", ")) == {"PUT", "GET", "DELETE"}


@pytest.mark.parametrize("batch_id", ["with space", "ünï/cödé?", "a" * 200])
def test_ids_of_any_kind(client: Client, batch_id: str) -> None:
    from urllib.parse import quote

    path = "/v1/batches/" + quote(batch_id, safe="")
    request = {**make_request(), "batch_id": batch_id}
    reply = client.send("PUT", path, json.dumps(request), {"Prefer": "respond-async, wait=20"})
    assert client.answer(reply)["batch_id"] == batch_id
    assert client.send("GET", path).status in (200, 202)


def test_token_is_wanted_everywhere_and_never_logged(settings: Path) -> None:
    with run_uvicorn(settings, "--host", "0.0.0.0", UPSCALE_TOKEN=TOKEN) as (url, process):
        url = url.replace("0.0.0.0", "127.0.0.1")
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer "}):
            stranger = Client(url, headers)
            for path in ("/v1/health", "/v1/batches/x", "/openapi.json", "/nothing"):
                reply = stranger.send("GET", path)
                stranger.refused(401, reply)
                assert reply.headers["www-authenticate"] == "Bearer"
        friend = Client(url, {"Authorization": f"Bearer {TOKEN}"})
        assert friend.finish(make_request())[0]["success"]
        process.stop()
        assert TOKEN not in process.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_without_a_token_it_listens_on_loopback_only(settings: Path, host: str) -> None:
    command = [PYTHON, "-m", "tile_upscale_gpu.main", "serve", "--settings", str(settings), "--host", host, "--port", "0"]
    done = subprocess.run(command, env=make_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "refuses to listen" in done.stderr and "UPSCALE_TOKEN" in done.stderr
    assert "listening" not in done.stdout


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "models"),
        ("[models.a]\nsampel = 1\n", "sampel"),
        ("[models.a]\nloras = {x = 1}\n", "'x'"),
        ('[models.a]\nsampler = "eule"\n', "'eule'"),
        ("not toml", ""),
    ],
)
def test_broken_settings_are_reported(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    command = [PYTHON, "-m", "tile_upscale_gpu.main", "serve", "--settings", str(path), "--port", "0"]
    done = subprocess.run(command, env=make_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("tile-upscale-gpu: ") and word in done.stderr
