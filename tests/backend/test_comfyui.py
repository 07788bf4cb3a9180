# SPDX-License-Identifier: GPL-3.0-or-later
"""ComfyUI, against its double; the first few also against a real server."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from backend_driver import Backend, noise_of, reference_picture
from comfyui_server import CHECKPOINTS, CONTROLNETS, LORAS, ComfyuiServer
from polling import wait_until

REAL = os.environ.get("UPSCALE_REAL_COMFYUI")
BUILT_IN = Path(__file__).parents[2] / "data" / "comfyui-workflow.json"
double_only = pytest.mark.skipif(bool(REAL), reason="needs a server that fails on command")


@pytest.fixture
def is_old() -> bool:
    return False


@pytest.fixture
def server(is_old: bool) -> Iterator[Any]:
    if REAL:
        yield None
        return
    with ComfyuiServer(is_old=is_old) as double:
        yield double


@pytest.fixture
def backend(server: ComfyuiServer | None, tmp_path: Path) -> Iterator[Backend]:
    with Backend(server.address if server else f"comfyui+{REAL}", tmp_path) as driven:
        probed = driven.probe()
        assert probed["event"] == "probed", probed
        yield driven


def probe_with(server: ComfyuiServer, workflow: object, folder: Path) -> dict[str, Any]:
    """What a probe tells with a workflow of the user's own."""
    path = folder / "my workflow.json"
    path.write_text(workflow if isinstance(workflow, str) else json.dumps(workflow))
    with Backend(f"{server.address}#{quote(str(path))}", folder) as backend:
        return backend.probe()


@pytest.mark.parametrize("is_old", [False] if REAL else [False, True])
def test_tiles_come_back_where_they_belong(backend: Backend, server: ComfyuiServer | None) -> None:
    backend.check_answers(backend.paint((128, 64), (64, 128)), noise=noise_of(server))


def test_no_prompt_is_no_reason_to_fail(backend: Backend, server: ComfyuiServer | None) -> None:
    backend.check_answers(backend.paint((64, 64), prompt=""), noise=noise_of(server))


@double_only
@pytest.mark.parametrize("is_old", [False, True])
def test_probe_tells_what_is_there(server: ComfyuiServer, tmp_path: Path) -> None:
    with Backend(server.address, tmp_path) as backend:
        probed = backend.probe()
        assert (probed["version"], probed["models"], probed["controlnets"], probed["loras"]) == ("0.3.66", CHECKPOINTS, CONTROLNETS, LORAS)
        assert probed["takes_controlnet"] and probed["takes_ip_adapter"] and probed["takes_loras"]
        assert (probed["max_tiles"], probed["concurrency"], probed["n_queued"]) == (1, 1, 2)
        assert "paints with the first it has, 'dream.safetensors'" in backend.missing()["missing"]
        assert backend.missing(model=CHECKPOINTS[1])["missing"] == ""
    assert server.count("GET", "/view") == 1, "a small tile went all the way"


@double_only
@pytest.mark.parametrize(
    ("model", "controlnet", "is_union"), [(CHECKPOINTS[0], CONTROLNETS[1], False), (CHECKPOINTS[1], CONTROLNETS[2], True)]
)
def test_graph_carries_all_that_was_asked_for(backend: Backend, server: ComfyuiServer, model: str, controlnet: str, is_union: bool) -> None:
    recipe = {"conditioning": 0.75, "reference": reference_picture(), "ip_scale": 0.5, "steps": 20}
    ended = backend.paint((128, 64), **recipe, model=model, loras="detail.safetensors:0.5,sub/sharp.safetensors:0.25")
    backend.check_answers(ended, shift=0.75 + 0.5 + 0.5 + 0.25)
    nodes = {node["class_type"]: node["inputs"] for node in server.graphs[-1].values()}
    assert nodes["ControlNetLoader"]["control_net_name"] == controlnet
    assert ("SetUnionControlNetType" in nodes) == is_union
    sampler = nodes["KSampler"]
    # Elsewhere steps times strength are run; so that a tile looks and costs the same, here too.
    assert (sampler["seed"], sampler["steps"], sampler["cfg"], sampler["denoise"]) == ((1 << 53) - 1, 7, 2, 0.35)


@double_only
def test_nothing_is_left_among_the_users_pictures(backend: Backend, server: ComfyuiServer) -> None:
    backend.check_answers(backend.paint((64, 64), reference=reference_picture(), ip_scale=0.5), shift=0.5)
    assert {kind for kind, _, _ in server.files} == {"temp"}


@double_only
def test_server_without_previews_saves(tmp_path: Path) -> None:
    with ComfyuiServer(missing=("PreviewImage",)) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        backend.check_answers(backend.paint((64, 64)))
        assert any(kind == "output" for kind, _, _ in server.files)


@double_only
def test_what_is_missing_is_said_beforehand(tmp_path: Path) -> None:
    with ComfyuiServer(custom_nodes=False) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        missing = backend.missing(conditioning=0.5, reference=reference_picture(), loras="nobody:1", model="other")["missing"]
        for words in ("IP-Adapter", "no LoRA 'nobody'", "no model 'other'", "ComfyUI_IPAdapter_plus"):
            assert words in missing
        backend.check_answers(backend.paint((64, 64), reference=reference_picture()))


@double_only
@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"model": "other"}, "node 1 (CheckpointLoaderSimple): Value not in list: ckpt_name: 'other'"),
        ({"loras": "nobody:1"}, "(LoraLoader): Value not in list: lora_name: 'nobody'"),
        ({"cfg": 101.0}, "node 10 (KSampler): Value 101.0 bigger than max of 100"),
    ],
)
def test_node_errors_in_words(backend: Backend, recipe: dict[str, Any], words: str) -> None:
    ended = backend.paint((64, 64), **recipe)
    assert (ended["code"], ended["submitted"]) == ("rejected", False)
    assert words in ended["message"]


@double_only
@pytest.mark.parametrize(
    ("path", "answer", "code", "words"),
    [
        ("/upload", (413, None), "too-large", "413"),
        ("/upload", (400, None), "rejected", "400"),
        ("/upload", (200, {"oops": 1}), "protocol", "under which name"),
        ("/prompt", (500, b"Internal Server Error"), "server", "Internal Server Error"),
        (
            "/prompt",
            (400, {"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs"}, "node_errors": {}}),
            "rejected",
            "no outputs",
        ),
        ("/prompt", (400, {"error": {"type": "invalid_prompt", "message": "Node does not exist.", "details": "#9"}}), "rejected", "#9"),
        ("/prompt", (403, None), "rejected", "403"),
        ("/history", (503, None), "busy", "503"),
        ("/view", (404, None), "expired", "404"),
        ("/view", (0, None), "transport", ""),
    ],
)
def test_refused_tile(backend: Backend, server: ComfyuiServer, path: str, answer: tuple[Any, ...], code: str, words: str) -> None:
    server.answer_with[path] = [answer, answer] if answer[0] == 0 else [answer]
    ended = backend.paint((64, 64))
    assert ended["code"] == code
    assert words in ended["message"]


@double_only
@pytest.mark.parametrize(
    ("failure", "code"),
    [(("ValueError", "shapes do not match"), "server"), (("torch.OutOfMemoryError", "Allocation on device 0 would exceed"), "too-large")],
)
def test_failing_node_is_the_tiles_failure(backend: Backend, server: ComfyuiServer, failure: tuple[str, str], code: str) -> None:
    server.fail_with = failure
    ended = backend.paint((64, 64), (64, 64))
    assert "code" not in ended
    assert ended["answers"][0]["code"] == code
    assert f"node 10 (KSampler): {failure[0]} {failure[1]}" in ended["answers"][0]["message"]
    assert "file" in ended["answers"][1], "the other tile is painted all the same"


@double_only
def test_lost_answer_to_a_prompt_does_not_paint_twice(backend: Backend, server: ComfyuiServer) -> None:
    genuine = server.prompt

    def hang_up(request: dict[str, Any]) -> tuple[Any, ...]:
        genuine(request)
        return 0, None

    server.prompt = hang_up  # type: ignore[method-assign]
    before = len(server.graphs)
    assert backend.paint((64, 64))["code"] == "transport"
    n_sent = len(server.graphs) - before
    backend.tell("again")
    backend.check_answers(backend.finish())
    assert len(server.graphs) - before == n_sent


@double_only
def test_restarted_server_has_lost_the_tile(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    server.push_foreign()
    wait_until(lambda: server.running, "somebody else's prompt runs")
    backend.start((64, 64))
    backend.next("waiting")
    wait_until(lambda: server.pending, "ours waits")
    server.restart()
    ended = backend.finish()
    assert (ended["code"], ended["submitted"]) == ("expired", True)
    server.release()
    backend.tell("again")
    backend.check_answers(backend.finish())


@double_only
def test_tile_interrupted_by_somebody_is_no_failure_of_the_tile(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    server.interrupt(b"")
    ended = backend.finish()
    assert ended["code"] == "expired"
    assert "interrupted" in ended["message"]


@double_only
@pytest.mark.parametrize("is_old", [False, True])
def test_cancel_stops_what_runs(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    backend.tell("cancel")
    assert backend.finish()["code"] == "cancelled"
    assert server.interrupted


@double_only
@pytest.mark.parametrize("is_old", [False, True])
def test_cancel_stops_exactly_our_prompt(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    server.push_foreign()
    wait_until(lambda: server.running, "somebody else's prompt runs")
    backend.start((64, 64))
    wait_until(lambda: server.pending, "ours waits")
    backend.next("waiting")
    backend.tell("cancel")
    assert backend.finish()["code"] == "cancelled"
    assert not server.pending
    assert not server.interrupted, "somebody else's work was stopped"
    assert server.running[0][0] == "foreign"


@double_only
def test_own_workflow_gets_its_values(server: ComfyuiServer, tmp_path: Path) -> None:
    workflow = json.loads(BUILT_IN.read_text())
    workflow["1"]["inputs"]["ckpt_name"] = CHECKPOINTS[1]
    workflow["3"]["inputs"]["text"] = "best quality, %prompt%, %seed% %nothing% 100%"
    workflow["12"] = {"class_type": "SaveImage", "inputs": {"images": ["11", 0], "filename_prefix": "mine"}}
    workflow["13"] = {"class_type": "PreviewImage", "inputs": {"images": ["5", 0]}}
    path = tmp_path / "my workflow.json"
    path.write_text(json.dumps(workflow))
    with Backend(f"{server.address}#{quote(str(path))}", tmp_path) as backend:
        probed = backend.probe()
        assert probed["models"] == [] and not probed["takes_loras"] and not probed["takes_controlnet"]
        assert "your own" in backend.missing(loras="detail.safetensors:1", model="x")["missing"]
        backend.check_answers(backend.paint((64, 64), prompt="a %seed% photo"))
    sent = server.graphs[-1]
    assert sent["3"]["inputs"]["text"] == f"best quality, a %seed% photo, {(1 << 53) - 1} %nothing% 100%"
    assert sent["10"]["inputs"]["seed"] == (1 << 53) - 1
    assert sent["4"] == {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "blurry"}}


@double_only
def test_what_an_own_workflow_lacks_is_named(server: ComfyuiServer, tmp_path: Path) -> None:
    workflow = json.loads(BUILT_IN.read_text())
    workflow["1"]["inputs"]["ckpt_name"] = "gone.safetensors"
    workflow["9"] = {"class_type": "MagicUpscale", "inputs": {}}
    failed = probe_with(server, workflow, tmp_path)
    assert failed["code"] == "rejected"
    assert "'gone.safetensors' for node 1 (CheckpointLoaderSimple)" in failed["message"]
    assert "the node 'MagicUpscale'" in failed["message"]


@double_only
@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        ("not json", "no JSON object"),
        ({"nodes": [], "links": []}, "Export (API)"),
        ({"1": {"oops": 1}}, "no node"),
        ({"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}}}, "%image%"),
    ],
)
def test_file_that_is_no_workflow(server: ComfyuiServer, tmp_path: Path, workflow: object, words: str) -> None:
    failed = probe_with(server, workflow, tmp_path)
    assert failed["code"] == "argument"
    assert words in failed["message"]


@double_only
def test_workflow_that_is_not_there(server: ComfyuiServer, tmp_path: Path) -> None:
    with Backend(f"{server.address}#/nowhere.json", tmp_path) as backend:
        failed = backend.probe()
    assert failed["code"] == "argument"
    assert "/nowhere.json" in failed["message"]


@double_only
def test_something_else_on_that_port(tmp_path: Path) -> None:
    with ComfyuiServer() as server, Backend(server.address, tmp_path) as backend:
        server.answer_with["/"] = [(200, b"<html>hello</html>", "text/html")]
        failed = backend.probe()
    assert failed["code"] == "rejected"
    assert "as ComfyUI does" in failed["message"]
