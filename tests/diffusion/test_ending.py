# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and end of `tile-upscale-gpu`: it answers while weights load, and ends soon without losing results."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gpu_service import ServiceForker, make_weights
from polling import wait_until
from test_service import make_long_request
from wire_client import Client, Reply, make_request

BROKEN = "bm90IGEgcGljdHVyZQ=="
ENDED_BY_SIGTERM = -signal.SIGTERM


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def forker() -> Iterator[ServiceForker]:
    with ServiceForker() as forker:
        yield forker


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def make_half_done_request() -> dict[str, Any]:
    """The first two tiles have a result at once, and the others take half an hour."""
    request = make_long_request()
    for tile in request["tiles"][:2]:
        tile["image"] = BROKEN
    return request


def has_two_results(client: Client, request: dict[str, Any]) -> bool:
    """Asks without collecting the results."""
    reply = client.get(request["batch_id"], wait_s=0, more="&max_results=0")
    return reply.status == 202 and reply.json["tiles_processed"] == 2


def assert_results_so_far(client: Client, reply: Reply) -> None:
    answer = client.answer(reply)
    assert answer["status"] == "cancelled" and "shutting down" in answer["error"]
    assert [result["id"] for result in answer["results"]] == ["0", "1"]


def test_blocking_route_is_answered_on_sigterm(forker: ServiceForker, settings: Path, pool: ThreadPoolExecutor) -> None:
    request = make_half_done_request()
    service = forker.start(settings)
    client = service.wait_until_ready()
    reply = pool.submit(client.post, request)
    wait_until(lambda: has_two_results(client, request), "the first tiles have results")
    service.send_signal(signal.SIGTERM)
    assert_results_so_far(client, reply.result())
    assert service.wait() == ENDED_BY_SIGTERM


def test_results_are_collectable_after_sigterm(forker: ServiceForker, settings: Path, pool: ThreadPoolExecutor) -> None:
    """A GET that is held is answered, and the port stays open until all results are collected."""
    request, waiting = make_half_done_request(), make_request()
    service = forker.start(settings)
    client = service.wait_until_ready()
    client.answer(client.put(request, wait_s=0))
    client.answer(client.put(waiting, wait_s=0))
    held = pool.submit(client.get, waiting["batch_id"], wait_s=20)
    wait_until(held.running, "it is being sent")
    wait_until(lambda: has_two_results(client, request), "the first tiles have results")
    service.send_signal(signal.SIGTERM)
    answer = client.answer(held.result())
    assert answer["status"] == "cancelled" and answer["results"] == []
    assert "shutting down" in client.refused(503, client.put(make_request()))
    assert "shutting down" in client.refused(503, client.send("GET", "/v1/health"))
    assert_results_so_far(client, client.get(request["batch_id"]))
    assert service.wait() == ENDED_BY_SIGTERM


def test_it_answers_while_weights_load(forker: ServiceForker, settings: Path) -> None:
    service = forker.start(settings, twist="slow-weights")
    client = Client(service.find_address(), {})
    assert client.send("GET", "/livez").status == 200
    for path in ("/v1/health", "/readyz"):
        reply = client.send("GET", path)
        assert "being loaded" in client.refused(503, reply) and int(reply.headers["retry-after"]) > 0
    request = make_request()
    assert client.answer(client.put(request, wait_s=0))["status"] in ("queued", "starting")
    (settings.parent / "load").touch()
    assert client.finish(request)[0]["success"]
    assert client.send("GET", "/v1/health").status == client.send("GET", "/readyz").status == 200
    (settings.parent / "load").unlink()


def test_sigterm_ends_it_while_weights_load(forker: ServiceForker, settings: Path) -> None:
    service = forker.start(settings, twist="slow-weights")
    assert Client(service.find_address(), {}).send("GET", "/livez").status == 200
    service.send_signal(signal.SIGTERM)
    assert service.wait() == ENDED_BY_SIGTERM


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('device = "cpu"\n[models.absent]\n', "model 'absent': there is no folder"),
        ("[models.absent]\n", "torch finds no GPU (CUDA, ROCm, XPU or MPS): install the driver"),
    ],
)
def test_what_is_missing_is_reported_and_ends_it(forker: ServiceForker, tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'folder = "{tmp_path}"\n{text}')
    service = forker.start(path)
    assert service.wait() == 1
    assert f"tile-upscale-gpu: {sentence}" in service.text
    assert "Traceback" not in service.text


def test_lost_gpu_ends_it_with_an_answer(forker: ServiceForker, settings: Path) -> None:
    service = forker.start(settings, twist="lost-gpu")
    client = service.wait_until_ready()
    request = make_half_done_request()
    client.answer(client.put(request, wait_s=0))
    reply = wait_until(lambda: ask_for_health(client), "the health answer says so")
    assert "the GPU no longer answers" in client.refused(503, reply)
    answer = client.answer(client.get(request["batch_id"]))
    assert answer["status"] == "failed" and "the GPU no longer answers" in answer["error"]
    assert [result["id"] for result in answer["results"]] == ["0", "1"]
    assert service.wait() == 1


def ask_for_health(client: Client) -> Reply | None:
    reply = client.send("GET", "/v1/health")
    return None if reply.status == 200 else reply
