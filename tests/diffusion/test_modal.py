# SPDX-License-Identifier: GPL-3.0-or-later
"""The Modal app with the real modal package. Its functions run here through `.local()`; a dictionary replaces Modal's cloud."""

import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urljoin

import modal
import pytest
from dict_store import DictStore
from gpu_service import SERVICE
from starlette.testclient import TestClient
from tiny_sdxl import make_all
from wire_client import check, decode, make_request


class LocalCalls:
    """Runs each call in a thread with the app's class, one at a time, as one container would."""

    def __init__(self, gpu: Any) -> None:
        self.gpu = gpu
        self.turn = threading.Lock()
        self.threads: list[threading.Thread] = []

    def spawn(self, run: Any, request: Any) -> str:
        thread = threading.Thread(target=self._call, args=(run, request))
        self.threads.append(thread)
        thread.start()
        return f"call-{len(self.threads)}"

    def _call(self, run: Any, request: Any) -> None:
        with self.turn:
            self.gpu.paint.local(run, request)

    def cancel(self, call_id: str) -> None:
        pass

    def find_failure(self, call_id: str) -> str | None:
        return None


@pytest.fixture(scope="module")
def modal_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    settings = make_all(tmp_path_factory.mktemp("weights"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UPSCALE_GPU_SETTINGS", str(settings))
        patch.delenv("UPSCALE_TOKEN", raising=False)
        patch.syspath_prepend(str(SERVICE))
        yield importlib.import_module("modal_app")
    del sys.modules["modal_app"]


@pytest.fixture
def client(modal_app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    store = DictStore()
    calls = LocalCalls(modal_app.Gpu())
    monkeypatch.setattr(modal_app, "open_store", lambda: store)
    monkeypatch.setattr(modal_app, "ModalCalls", lambda: calls)
    with TestClient(modal_app.web.local()) as client:
        client.store = store
        yield client
    for thread in calls.threads:
        thread.join()


def finish(client: TestClient, request: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/batches/{request['batch_id']}"
    reply = client.put(path, content=json.dumps(request), headers={"Prefer": "wait=10"})
    while reply.status_code == 202:
        check(reply.json(), "answer")
        assert urljoin(path, reply.headers["location"]) == path
        reply = client.get(path, headers={"Prefer": "wait=10"})
    assert reply.status_code == 200, reply.text
    check(reply.json(), "answer")
    return reply.json()


def test_app_is_a_modal_app(modal_app: ModuleType) -> None:
    assert isinstance(modal_app.app, modal.App)
    assert isinstance(modal_app.web, modal.Function) and isinstance(modal_app.download_weights, modal.Function)


def import_app(settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(SERVICE), "UPSCALE_GPU_SETTINGS": settings}
    return subprocess.run([sys.executable, "-c", "import modal_app"], env=environment, capture_output=True, text=True)


def test_modal_takes_all_settings(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        "[models.a]\n[modal]\nmin_containers = 1\nbuffer_containers = 2\nstartup_timeout_s = 100\n"
        'memory_snapshot = true\nregion = "eu"\nsecret = "huggingface"\n'
    )
    run = import_app(str(settings))
    assert run.returncode == 0, run.stderr


def test_missing_settings_are_told_in_a_sentence() -> None:
    run = import_app("/nowhere/settings.toml")
    assert run.returncode == 1
    assert run.stderr.startswith("modal_app: ") and run.stderr.count("\n") == 1 and "/nowhere/settings.toml" in run.stderr


def test_health(client: TestClient) -> None:
    health = client.get("/v1/health").json()
    check(health, "health")
    assert health["autoscales"] and health["concurrency"] == 9


def test_batch_goes_through_front_queue_and_painter(client: TestClient) -> None:
    answer = finish(client, make_request(tiles=3))
    assert answer["status"] == "completed"
    assert sorted(result["id"] for result in answer["results"]) == ["0", "1", "2"]
    assert decode(answer["results"][0]["image"]).size == (64, 64)


def test_many_tiles_in_batches(client: TestClient) -> None:
    """Submits 81 tiles in nine batches before polling any of them."""
    requests = [make_request(tiles=9) for _ in range(9)]
    for request in requests:
        path = f"/v1/batches/{request['batch_id']}"
        reply = client.put(path, content=json.dumps(request))
        assert reply.status_code == 200 or urljoin(path, reply.headers["location"]) == path
    answers = [finish(client, request) for request in requests]
    assert sum(result["success"] for answer in answers for result in answer["results"]) == 81


def test_delete_stops_between_steps(client: TestClient) -> None:
    # Half an hour of work, longer than a test may take: hundreds of steps at 512 px.
    request = make_request(tiles=20, target=512)
    request["gen_params"].update(strength=1.0, steps=150)
    path = f"/v1/batches/{request['batch_id']}"
    assert client.put(path, content=json.dumps(request)).status_code == 202
    assert client.delete(path).status_code == 204
    answer = client.get(path).json()
    assert answer["status"] == "cancelled"
    # The painter is free again.
    assert finish(client, make_request())["status"] == "completed"


def test_blocking_route(client: TestClient) -> None:
    request = make_request(tiles=2)
    reply = client.post("/process_tile_batch", content=json.dumps(request))
    assert reply.status_code == 200 and len(reply.json()["results"]) == 2


def test_refusals(client: TestClient) -> None:
    assert client.get("/v1/batches/never-heard-of").status_code == 404
    assert client.put("/v1/batches/x", content="no json").status_code == 400
    request = make_request()
    request["model_config"]["base_model"] = "of the client's own choosing"
    assert client.put(f"/v1/batches/{request['batch_id']}", content=json.dumps(request)).status_code == 422


def test_purge_expired_deletes_old_batches(client: TestClient, modal_app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(client, make_request())
    assert modal_app.purge_expired.local() == 0
    now = modal_app.time.time()
    monkeypatch.setattr(modal_app.time, "time", lambda: now + 2 * 3600)
    assert modal_app.purge_expired.local() == 1
    assert client.store == {}


def test_download_weights_downloads_repositories_of_the_settings(modal_app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    brought: list[tuple[str, Path]] = []
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda repo, local_dir, **_: brought.append((repo, local_dir)))
    monkeypatch.setattr(modal_app, "volume", type("Volume", (), {"commit": lambda self: None})())
    models = modal_app.settings.models
    monkeypatch.setitem(models, "tiny", models["tiny"].model_copy(update={"repo": "someone/something"}))
    modal_app.download_weights.local()
    assert brought == [("someone/something", modal_app.settings.folder / "tiny")]


def test_failures_of_a_call_are_told_apart(modal_app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """TimeoutError means that the call is still running; FunctionTimeoutError is of another class and means failure."""

    class Call:
        error: Exception | None = None

        @classmethod
        def from_id(cls, _call_id: str) -> "Call":
            return cls()

        def get(self, timeout: float) -> None:
            if Call.error:
                raise Call.error

    monkeypatch.setattr(modal, "FunctionCall", Call)
    calls = modal_app.ModalCalls()
    assert calls.find_failure("x") is None
    Call.error = TimeoutError()
    assert calls.find_failure("x") is None
    Call.error = modal.exception.FunctionTimeoutError("ran too long")
    assert "ran too long" in (calls.find_failure("x") or "")
