# SPDX-License-Identifier: GPL-3.0-or-later
"""ComfyUI, against its double; the first few also against a real server."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy
import pytest
from backend_driver import Backend, noise_of, read_picture, reference_picture
from comfyui_server import CHECKPOINTS, CONTROLNETS, LORAS, MIDDLE, NEW, OLD, ComfyuiServer
from polling import wait_until
from tile_server import block_means

REAL = os.environ.get("UPSCALE_REAL_COMFYUI")
BUILT_IN = Path(__file__).parents[2] / "data" / "workflows" / "checkpoint.json"
double_only = pytest.mark.skipif(bool(REAL), reason="needs a server that fails on command")


@pytest.fixture
def version() -> str:
    return NEW


@pytest.fixture
def server(version: str) -> Iterator[Any]:
    if REAL:
        yield None
        return
    with ComfyuiServer(version=version) as double:
        yield double


@pytest.fixture
def backend(server: ComfyuiServer | None, tmp_path: Path) -> Iterator[Backend]:
    with Backend(server.address if server else f"comfyui+{REAL}", tmp_path) as driven:
        probed = driven.probe()
        assert probed["event"] == "probed", probed
        yield driven


def probe_with(server: ComfyuiServer, workflow: object, folder: Path) -> dict[str, Any]:
    """The result of a probe with a workflow of the user's own."""
    path = folder / "my workflow.json"
    path.write_text(workflow if isinstance(workflow, str) else json.dumps(workflow))
    with Backend(f"{server.address}#{quote(str(path))}", folder) as backend:
        return backend.probe()


@pytest.mark.parametrize("version", [NEW] if REAL else [OLD, MIDDLE, NEW])
def test_tiles_come_back_in_place(backend: Backend, server: ComfyuiServer | None) -> None:
    backend.check_answers(backend.paint((128, 64), (64, 128)), noise=noise_of(server))


def test_empty_prompt_is_painted(backend: Backend, server: ComfyuiServer | None) -> None:
    backend.check_answers(backend.paint((64, 64), prompt=""), noise=noise_of(server))


@double_only
@pytest.mark.parametrize("version", [OLD, NEW])
def test_probe_lists_the_servers_features(server: ComfyuiServer, version: str, tmp_path: Path) -> None:
    with Backend(server.address, tmp_path) as backend:
        probed = backend.probe()
        assert (probed["version"], probed["models"], probed["controlnets"], probed["loras"]) == (version, CHECKPOINTS, CONTROLNETS, LORAS)
        assert probed["takes_controlnet"] and probed["takes_ip_adapter"] and probed["takes_loras"]
        assert (probed["max_tiles"], probed["concurrency"], probed["n_queued"]) == (1, 1, 2)
        assert "paints with its default, 'dream.safetensors'" in backend.missing()["missing"]
        assert backend.missing(model=CHECKPOINTS[1])["missing"] == ""
    assert server.count("GET", "/view") == 1, "a small tile went all the way"


@double_only
@pytest.mark.parametrize(
    ("model", "controlnet", "is_union"), [(CHECKPOINTS[0], CONTROLNETS[1], False), (CHECKPOINTS[1], CONTROLNETS[2], True)]
)
def test_graph_carries_all_parameters(backend: Backend, server: ComfyuiServer, model: str, controlnet: str, is_union: bool) -> None:
    recipe = {"conditioning": 0.75, "reference": reference_picture(), "ip_scale": 0.5, "steps": 20}
    ended = backend.paint((128, 64), **recipe, model=model, loras="detail.safetensors:0.5,sub/sharp.safetensors:0.25")
    backend.check_answers(ended, shift=0.75 + 0.5 + 0.5 + 0.25)
    nodes = {node["class_type"]: node["inputs"] for node in server.graphs[-1].values()}
    assert nodes["ControlNetLoader"]["control_net_name"] == controlnet
    assert ("SetUnionControlNetType" in nodes) == is_union
    sampler = nodes["KSampler"]
    # Other servers run steps times strength. A tile looks and costs the same here.
    assert (sampler["seed"], sampler["steps"], sampler["cfg"], sampler["denoise"]) == ((1 << 53) - 1, 7, 2, 0.35)


@double_only
def test_sampler_is_sent_as_the_server_spells_it(backend: Backend, server: ComfyuiServer) -> None:
    assert backend.probe()["schedulers"] == ["normal", "karras", "simple", "sgm_uniform"]
    for sampler, scheduler, sent in (
        ("", "", ("dpmpp_2m", "karras")),
        ("Euler", "", ("euler", "normal")),
        ("", "Normal", ("dpmpp_2m", "normal")),
        ("DPM++ 2M", "Karras", ("dpmpp_2m", "karras")),
    ):
        backend.check_answers(backend.paint((64, 64), sampler=sampler, scheduler=scheduler))
        node = next(node["inputs"] for node in server.graphs[-1].values() if node["class_type"] == "KSampler")
        assert (node["sampler_name"], node["scheduler"]) == sent
    before = len(server.graphs)
    ended = backend.paint((64, 64), sampler="nobody")
    assert (ended["code"], len(server.graphs)) == ("rejected", before)
    assert "no sampler 'nobody'" in ended["message"]


@double_only
def test_own_workflow_keeps_its_sampler(server: ComfyuiServer, tmp_path: Path) -> None:
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps(own_workflow(a=show("11"))).replace("%sampler%", "euler").replace("%scheduler%", "normal"))
    with Backend(f"{server.address}#{path}", tmp_path) as backend:
        backend.probe()
        assert "no sampler 'euler'" in backend.missing(sampler="euler")["missing"]
        backend.check_answers(backend.paint((64, 64), sampler="euler"))


@double_only
def test_previews_leave_no_file_in_the_output_folder(backend: Backend, server: ComfyuiServer) -> None:
    backend.check_answers(backend.paint((64, 64), reference=reference_picture(), ip_scale=0.5), shift=0.5)
    assert {kind for kind, _, _ in server.files} == {"temp"}


@double_only
def test_server_without_previews_saves(tmp_path: Path) -> None:
    with ComfyuiServer(missing=("PreviewImage",)) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        backend.check_answers(backend.paint((64, 64)))
        assert any(kind == "output" for kind, _, _ in server.files)


@double_only
def test_missing_features_are_named_before_the_job(tmp_path: Path) -> None:
    with ComfyuiServer(custom_nodes=False) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        missing = backend.missing(conditioning=0.5, reference=reference_picture(), loras="nobody:1", model="other")["missing"]
        for words in ("IP-Adapter", "no LoRA 'nobody'", "no model 'other'", "ComfyUI_IPAdapter_plus"):
            assert words in missing
        backend.check_answers(backend.paint((64, 64), reference=reference_picture()))


@double_only
def test_ip_adapter_without_models_is_named_before_the_job(tmp_path: Path) -> None:
    with ComfyuiServer() as server, Backend(server.address, tmp_path) as backend:
        server.folders["clip_vision"] = []
        assert not backend.probe()["takes_ip_adapter"]
        assert "models/clip_vision" in backend.missing(reference=reference_picture())["missing"]
        assert "IP-Adapter" not in backend.missing(loras="nobody:1")["missing"]
        backend.check_answers(backend.paint((64, 64), reference=reference_picture(), ip_scale=0.5))


@double_only
def test_names_need_neither_folder_nor_ending(backend: Backend, server: ComfyuiServer) -> None:
    recipe = {"model": "photoXL", "loras": "sharp:0.25,detail.safetensors:0.5"}
    assert backend.missing(**recipe)["missing"] == ""
    backend.check_answers(backend.paint((64, 64), **recipe), shift=0.75)
    names = {node["inputs"].get("ckpt_name") or node["inputs"].get("lora_name") for node in server.graphs[-1].values()}
    assert names == {None, "photoXL.safetensors", "sub/sharp.safetensors", "detail.safetensors"}


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
def test_failure_of_every_tile_stops_the_endpoint(backend: Backend, server: ComfyuiServer) -> None:
    server.broken["VAEEncode"] = ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied")
    ended = backend.paint(*[(64, 64)] * 5)
    assert ended["code"] == "rejected" and len(ended["answers"]) == 2
    assert "node 6 (VAEEncode): RuntimeError mat1 and mat2 shapes" in ended["message"]


@double_only
@pytest.mark.parametrize("said", [("VAEEncode", "ERROR: VAE is invalid: None"), ("CLIPTextEncode", "ERROR: clip input is invalid: None")])
def test_model_without_vae_or_text_encoder_is_named(backend: Backend, server: ComfyuiServer, said: tuple[str, str]) -> None:
    server.broken[said[0]] = ("RuntimeError", said[1])
    before = len(server.runs)
    ended = backend.paint((64, 64), (64, 64))
    assert ended["code"] == "rejected" and len(server.runs) == before + 1
    for words in (f"'{CHECKPOINTS[0]}' lacks a VAE or a text encoder", f"such as '{CHECKPOINTS[1]}'", "Load Diffusion Model"):
        assert words in ended["message"]


@double_only
@pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
def test_next_checkpoint_is_the_default_where_the_first_is_a_bare_model(server: ComfyuiServer, version: str, tmp_path: Path) -> None:
    server.bare = {CHECKPOINTS[0]}
    with Backend(server.address, tmp_path) as backend:
        assert backend.probe()["default_model"] == CHECKPOINTS[1]
        missing = backend.missing()["missing"]
        for words in (f"'{CHECKPOINTS[0]}' lacks a VAE or a text encoder", "Load Diffusion Model", f"'{CHECKPOINTS[1]}'"):
            assert words in missing
        backend.check_answers(backend.paint((64, 64)))
        assert server.graphs[-1]["1"]["inputs"]["ckpt_name"] == CHECKPOINTS[1]
        n_runs = len(server.runs)
        assert backend.probe()["default_model"] == CHECKPOINTS[1]
        # The history of a server that keeps our ids has the outcome, so only the small tile runs again.
        assert len(server.runs) - n_runs == (3 if version == OLD else 1)


@double_only
def test_bare_model_that_the_user_names_is_refused(server: ComfyuiServer, tmp_path: Path) -> None:
    server.bare = {CHECKPOINTS[0]}
    with Backend(server.address, tmp_path) as backend:
        backend.probe()
        ended = backend.paint((64, 64), model=CHECKPOINTS[0])
    assert ended["code"] == "rejected"
    for words in (f"'{CHECKPOINTS[0]}' lacks a VAE or a text encoder", f"such as '{CHECKPOINTS[1]}'", "Load Diffusion Model"):
        assert words in ended["message"]


@double_only
def test_first_checkpoint_stays_the_default_where_all_are_bare_models(server: ComfyuiServer, tmp_path: Path) -> None:
    server.bare = set(CHECKPOINTS)
    with Backend(server.address, tmp_path) as backend:
        assert backend.probe()["default_model"] == CHECKPOINTS[0]
        ended = backend.paint((64, 64))
    assert ended["code"] == "rejected"
    assert "put a whole checkpoint in its folder" in ended["message"]


@double_only
@pytest.mark.parametrize("broken", ["CheckpointLoaderSimple", "KSampler", "VAEDecode"])
def test_default_that_fails_otherwise_stays(server: ComfyuiServer, broken: str, tmp_path: Path) -> None:
    server.broken[broken] = ("torch.OutOfMemoryError", "Allocation on device")
    with Backend(server.address, tmp_path) as backend:
        probed = backend.probe()
    assert (probed["event"], probed["default_model"]) == ("probed", CHECKPOINTS[0])


@double_only
@pytest.mark.parametrize("broken", ["CheckpointLoaderSimple", "IPAdapterUnifiedLoader", "LoraLoader", "ControlNetLoader"])
def test_failing_node_that_no_tile_leads_to_stops_the_endpoint(backend: Backend, server: ComfyuiServer, broken: str) -> None:
    server.broken[broken] = ("Exception", "ClipVision model not found.")
    before = len(server.runs)
    ended = backend.paint(
        *[(64, 64)] * 3, conditioning=0.5, reference=reference_picture(), ip_scale=0.5, loras="detail.safetensors:0.5"
    )
    assert ended["code"] == "rejected" and broken in ended["message"]
    assert len(server.runs) == before + 1


@double_only
def test_server_that_has_painted_is_not_stopped_for_some_tiles(backend: Backend, server: ComfyuiServer) -> None:
    backend.check_answers(backend.paint((64, 64)))
    server.broken["VAEEncode"] = ("RuntimeError", "shapes do not match")
    ended = backend.paint(*[(64, 64)] * 4)
    assert "code" not in ended and len(ended["answers"]) == 4


@double_only
def test_long_queue_is_not_read(tmp_path: Path) -> None:
    """The queue holds every prompt with its whole workflow."""
    with ComfyuiServer(version=MIDDLE) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        server.held = True
        for _ in range(40):
            server.push_foreign()
        n_asked = server.count("GET", "/queue")
        backend.start((64, 64))
        wait_until(lambda: server.count("GET", "/prompt") > 1, "it asks how long the queue is")
        assert server.count("GET", "/queue") == n_asked
        server.release()
        backend.check_answers(backend.finish())


@double_only
def test_newer_server_is_asked_for_one_job_alone(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    server.release()
    backend.check_answers(backend.finish())
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    backend.tell("cancel")
    backend.finish()
    assert server.count("GET", "/queue") == server.count("POST", "/queue") == server.count("POST", "/interrupt") == 0


@double_only
def test_uploads_take_turns_with_a_few_names(backend: Backend, server: ComfyuiServer) -> None:
    """The server keeps every uploaded file until it starts again."""
    for _ in range(4):
        backend.check_answers(backend.paint(*[(64, 64)] * 8, reference=reference_picture(), ip_scale=0.5), shift=0.5)
    uploads = [name for kind, folder, name in server.files if folder]
    assert len(uploads) == 32


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
def test_foreign_interrupt_is_no_failure_of_the_tile(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    server.interrupt(b"")
    ended = backend.finish()
    assert ended["code"] == "expired"
    assert "interrupted" in ended["message"]


@double_only
@pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
def test_cancel_interrupts_the_running_prompt(backend: Backend, server: ComfyuiServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    backend.tell("cancel")
    assert backend.finish()["code"] == "cancelled"
    assert server.interrupted


@double_only
@pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
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
def test_placeholders_of_an_own_workflow_are_filled(server: ComfyuiServer, tmp_path: Path) -> None:
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
def test_missing_parts_of_an_own_workflow_are_named(server: ComfyuiServer, tmp_path: Path) -> None:
    workflow = json.loads(BUILT_IN.read_text())
    workflow["1"]["inputs"]["ckpt_name"] = "gone.safetensors"
    workflow["9"] = {"class_type": "MagicUpscale", "inputs": {}}
    failed = probe_with(server, workflow, tmp_path)
    assert failed["code"] == "rejected"
    assert "'gone.safetensors' for node 1 (CheckpointLoaderSimple)" in failed["message"]
    assert "the node 'MagicUpscale'" in failed["message"]


def own_workflow(**nodes: dict[str, Any]) -> dict[str, Any]:
    """Our workflow with another checkpoint and other nodes at its end."""
    workflow = json.loads(BUILT_IN.read_text())
    workflow["1"]["inputs"]["ckpt_name"] = CHECKPOINTS[1]
    del workflow["12"]
    return {**workflow, **nodes}


def show(source: str, class_type: str = "PreviewImage", title: str = "") -> dict[str, Any]:
    prefix = {} if class_type == "PreviewImage" else {"filename_prefix": "mine"}
    return {"class_type": class_type, "inputs": {"images": [source, 0], **prefix}, "_meta": {"title": title}}


def invert(source: str) -> dict[str, Any]:
    return {"class_type": "ImageInvert", "inputs": {"image": [source, 0]}}


# Node 5 is the tile, node 11 the painted tile.
OWN_WORKFLOWS = {
    "the source is previewed first": own_workflow(a=show("5"), b=show("11")),
    "the source is previewed last": own_workflow(a=show("11"), b=show("5")),
    "the source is saved": own_workflow(a=show("11"), b=show("5", "SaveImage")),
    "a changed source is previewed": own_workflow(a=invert("5"), b=show("a"), c=show("11")),
    "the result is saved and another picture previewed": own_workflow(
        a=invert("11"), b=show("a"), c=show("11", "SaveImage")
    ),
    "a step on the way is previewed": own_workflow(a=invert("11"), b=show("a"), c=invert("a"), d=show("c")),
    "one picture is shown twice": own_workflow(a=show("11"), b=show("11")),
    "the user has marked a node": own_workflow(a=show("11", title="My Tile-Upscale result"), b=invert("11"), c=show("b", "SaveImage")),
    "no sampler but another node": {
        "5": {"class_type": "LoadImage", "inputs": {"image": "%image%"}}, "6": invert("5"), "7": invert("6"),
        "8": show("7"), "9": show("5"),
    },
    "an answer in another format": own_workflow(a=show("11", "SaveAnimatedWEBP"), b=show("5")),
    "a choice that other inputs depend on, and a list that is empty": own_workflow(
        a={"class_type": "ResizeImageMaskNode", "inputs": {"input": ["11", 0], "resize_type": "scale by multiplier"}},
        b=show("a"), c={"class_type": "LoadAudio", "inputs": {"audio": "sound.flac"}},
    ),
}  # fmt: skip


@double_only
@pytest.mark.parametrize("case", OWN_WORKFLOWS)
def test_painted_picture_of_an_own_workflow_is_taken(server: ComfyuiServer, tmp_path: Path, case: str) -> None:
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps(OWN_WORKFLOWS[case]))
    with Backend(f"{server.address}#{path}", tmp_path) as backend:
        assert backend.probe()["event"] == "probed"
        ended = backend.paint((64, 64))
        painted = read_picture(ended["answers"][0]["file"]).astype(float)
    pixels = backend.tiles[0]
    expected = pixels if case == "no sampler but another node" else block_means(pixels)
    assert numpy.abs(painted - expected).mean() <= noise_of(server)


@double_only
@pytest.mark.parametrize("class_type", ["SaveImage", "PreviewImage"])
def test_saved_files_of_a_workflow_are_named_before_the_job(server: ComfyuiServer, tmp_path: Path, class_type: str) -> None:
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps(own_workflow(a=show("11", class_type))))
    with Backend(f"{server.address}#{path}", tmp_path) as backend:
        backend.probe()
        assert ("saves a file for each tile" in backend.missing()["missing"]) == (class_type == "SaveImage")


@double_only
@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        (own_workflow(a=show("5")), "neither saves nor previews a picture that it has painted"),
        (own_workflow(), "neither saves nor previews"),
        (
            own_workflow(a=invert("11"), b=show("a"), c=invert("11"), d=show("c")),
            "shows several pictures, in nodes b, d: write 'tile-upscale'",
        ),
    ],
)
def test_workflow_without_one_clear_result_is_refused(server: ComfyuiServer, tmp_path: Path, workflow: object, words: str) -> None:
    failed = probe_with(server, workflow, tmp_path)
    assert failed["code"] == "rejected"
    assert words in failed["message"]


@double_only
@pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
@pytest.mark.parametrize("is_held", [False, True])
def test_partly_refused_prompt_is_refused(server: ComfyuiServer, tmp_path: Path, is_held: bool) -> None:
    """The server runs the branch that is valid, and answers 200."""
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps(own_workflow(a=show("5"), b=show("11"))))
    with Backend(f"{server.address}#{path}", tmp_path) as backend:
        backend.probe()
        server.held = is_held
        server.push_foreign()
        ended = backend.paint((64, 64), cfg=101.0)
        assert (ended["code"], ended["submitted"]) == ("rejected", False)
        assert "node 10 (KSampler): Value 101.0 bigger than max of 100" in ended["message"]
        assert not server.pending and not (is_held and server.interrupted)
        server.release()
        backend.check_answers(backend.paint((64, 64)))


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
def test_missing_workflow_file(server: ComfyuiServer, tmp_path: Path) -> None:
    with Backend(f"{server.address}#/nowhere.json", tmp_path) as backend:
        failed = backend.probe()
    assert failed["code"] == "argument"
    assert "/nowhere.json" in failed["message"]


@double_only
def test_another_program_on_the_port(tmp_path: Path) -> None:
    with ComfyuiServer() as server, Backend(server.address, tmp_path) as backend:
        server.answer_with["/"] = [(200, b"<html>hello</html>", "text/html")]
        failed = backend.probe()
    assert failed["code"] == "rejected"
    assert "as ComfyUI does" in failed["message"]
