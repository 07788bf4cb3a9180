# SPDX-License-Identifier: GPL-3.0-or-later
"""AUTOMATIC1111's API, against doubles of four servers that speak it; the first few also against a real server."""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from arrays import Array
from backend_driver import NOISE, Backend, noise_of, read_picture, reference_picture
from polling import wait_until
from sdapi_server import CONTROLNETS, HASH, MODELS, SCHEDULERS, SdapiServer
from sdcpp_server import SdcppServer
from tile_server import TileServer, to_png, unrelated_picture

REAL = os.environ.get("UPSCALE_REAL_SDAPI")
double_only = pytest.mark.skipif(bool(REAL), reason="needs a server that fails on command")
FLAVOURS = ["real"] if REAL else ["webui", "forge", "sdnext", "sdcpp"]
WEB_UIS = ["webui", "forge", "sdnext"]
PLAIN_MODELS = [HASH.sub("", title) for title in MODELS]
SMALL = (4, 0.5)  # steps and strength of the small picture that proves a guide


def make_server(flavour: str) -> TileServer:
    if flavour == "sdcpp":
        double = SdcppServer()
        double.kind = "sdapi"
        return double
    return SdapiServer(flavour)


@pytest.fixture
def flavour() -> str:
    return "real" if REAL else "webui"


@pytest.fixture
def server(flavour: str) -> Iterator[Any]:
    if flavour == "real":
        yield None
        return
    with make_server(flavour) as double:
        yield double


@pytest.fixture
def backend(server: TileServer | None, tmp_path: Path) -> Iterator[Backend]:
    with Backend(server.address if server else f"sdapi+{REAL}", tmp_path) as driven:
        probed = driven.probe()
        assert probed["event"] == "probed", probed
        yield driven


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_tiles_come_back_in_place(backend: Backend, server: TileServer | None) -> None:
    backend.check_answers(backend.paint((128, 64), (64, 128)), noise=noise_of(server))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_empty_prompt_is_painted(backend: Backend, server: TileServer | None) -> None:
    backend.check_answers(backend.paint((64, 64), prompt=" "), noise=noise_of(server))


@double_only
@pytest.mark.parametrize(
    ("flavour", "expected"),
    [
        (
            "webui",
            {
                "version": "v1.10.1",
                "default_model": "photo_v3.safetensors",
                "stops_tiles": True,
                "gives_captions": True,
                "takes_controlnet": True,
                "takes_ip_adapter": True,
            },
        ),
        (
            "forge",
            {
                "version": "f2.0.1v1.10.1",
                "default_model": "photo_v3.safetensors",
                "stops_tiles": True,
                "gives_captions": True,
                "takes_controlnet": True,
                "takes_ip_adapter": True,
            },
        ),
        (
            "sdnext",
            {
                "default_model": "photo_v3.safetensors",
                "stops_tiles": False,
                "gives_captions": False,
                "takes_controlnet": True,
                "takes_ip_adapter": True,
            },
        ),
        (
            "sdcpp",
            {
                "version": "stable-diffusion.cpp",
                "gives_captions": False,
                "takes_controlnet": False,
                "takes_ip_adapter": False,
                "models": ["echo"],
            },
        ),
    ],
)
def test_probe_lists_features_and_paints_a_small_tile(tmp_path: Path, flavour: str, expected: dict[str, Any]) -> None:
    with make_server(flavour) as server, Backend(server.address, tmp_path) as backend:
        probed = backend.probe()
        assert server.count("POST", "/sdapi/v1/img2img") == 1
    assert expected.items() <= probed.items()
    assert (probed["max_tiles"], probed["concurrency"], probed["n_queued"]) == (1, 1, 0)
    assert probed["loras"] == ["detail", "sharp"]
    if flavour != "sdcpp":
        assert probed["models"] == PLAIN_MODELS, "the same file has no digest in its name before that was computed"


@double_only
@pytest.mark.parametrize("flavour", WEB_UIS)
def test_request_carries_all_parameters(backend: Backend, server: SdapiServer) -> None:
    recipe = {"conditioning": 0.7, "reference": reference_picture(), "ip_scale": 0.5, "loras": "sharp:0.8,detail:0.25"}
    ended = backend.paint((128, 64), **recipe, model=MODELS[1])
    backend.check_answers(ended, shift=0.7 + 0.5 + 0.8 + 0.25)
    assert server.options["sd_model_checkpoint"] == MODELS[1]
    sent = server.bodies[-1]
    assert sent["prompt"] == "a photo <lora:sharp:0.8> <lora:detail:0.25>"
    assert (sent["seed"], sent["denoising_strength"], sent["steps"], sent["cfg_scale"]) == ((1 << 53) - 1, 0.35, 4, 2)
    assert "sampler_name" not in sent, "the server's own stays"
    assert sent.get("override_settings_restore_afterwards", False) is False


@double_only
def test_the_tile_controlnet_is_of_the_checkpoints_family(tmp_path: Path) -> None:
    with SdapiServer("forge") as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        for model, controlnet in ((MODELS[0], "control_v11f1e_sd15_tile [a371b31b]"), (MODELS[1], "xinsir_tile_sdxl [12345678]")):
            backend.check_answers(backend.paint((64, 64), conditioning=0.5, model=model), shift=0.5)
            unit = server.bodies[-1]["alwayson_scripts"]["controlnet"]["args"][0]
            assert (unit["model"], unit["module"]) == (controlnet, "None")
            assert "image" not in unit, "the tile guides by itself, and is sent once"


@double_only
@pytest.mark.parametrize("flavour", WEB_UIS)
def test_guide_is_proven_once_for_each_model(backend: Backend, server: SdapiServer) -> None:
    for model, n_painted in ((MODELS[0], 3), (MODELS[0], 1), (MODELS[1], 3), (MODELS[1], 1)):
        before = len(server.bodies)
        backend.check_answers(backend.paint((64, 64), conditioning=0.5, model=model), shift=0.5)
        assert len(server.bodies) - before == n_painted


@double_only
@pytest.mark.parametrize("flavour", WEB_UIS)
def test_guide_without_effect_is_refused(backend: Backend, server: SdapiServer) -> None:
    server.controlnets = []  # a file that the server can't use: it answers 200 and paints without the guide
    ended = backend.paint((64, 64), conditioning=0.5)
    assert (ended["code"], ended["answers"]) == ("rejected", {})
    assert "has no effect with the model 'photo_v3.safetensors'" in ended["message"]
    assert all((sent["steps"], sent["denoising_strength"]) == SMALL for sent in server.bodies[1:]), "no tile was painted"
    backend.check_answers(backend.paint((64, 64)))


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
def test_guide_of_another_family_is_refused_by_its_name(tmp_path: Path, flavour: str) -> None:
    with SdapiServer(flavour) as server, Backend(server.address, tmp_path) as backend:
        server.controlnets = [name for name in CONTROLNETS[flavour] if "xl" not in name]
        backend.probe()
        before = len(server.bodies)
        for recipe, words in (({"conditioning": 0.5}, "tile ControlNets"), ({"reference": reference_picture()}, "IP-Adapters")):
            ended = backend.paint((64, 64), model="dreamXL", **recipe)
            assert ended["code"] == "rejected"
            assert f"none of its {words} is for models like 'dreamXL.safetensors' (it has " in ended["message"]
        assert len(server.bodies) == before


@double_only
def test_dark_tiles_are_guided_too(tmp_path: Path) -> None:
    with SdapiServer("forge") as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        backend.start((64, 64), conditioning=0.5, darkness=60)
        backend.check_answers(backend.finish(), shift=0.5)


@double_only
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"model": "nobody"}, "no model 'nobody'"),
        ({"loras": "nobody:1"}, "no LoRA 'nobody'"),
        ({"sampler": "nobody"}, "no sampler 'nobody'"),
        ({"sampler": "euler", "scheduler": "nobody"}, "no sampler 'euler nobody'"),
    ],
)
def test_unknown_names_are_never_sent(backend: Backend, server: SdapiServer, recipe: dict[str, str], words: str) -> None:
    before = len(server.bodies)
    ended = backend.paint((64, 64), **recipe)
    assert (ended["code"], len(server.bodies)) == ("rejected", before)
    assert words in ended["message"]


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
def test_sampler_is_sent_as_the_server_spells_it(backend: Backend, server: SdapiServer) -> None:
    probed = backend.probe()
    assert (probed["samplers"], probed["schedulers"]) == (server.samplers, list(SCHEDULERS))
    for sampler, scheduler, sent in (
        ("dpmpp_2m", "SGM Uniform", ("DPM++ 2M", "sgm_uniform")),
        ("euler_ancestral", "", ("Euler a", None)),
        ("DPM++ 2M Karras", "", ("DPM++ 2M", "karras")),
        ("", "karras", (None, "karras")),
    ):
        assert backend.missing(sampler=sampler, scheduler=scheduler)["missing"] == ""
        backend.check_answers(backend.paint((64, 64), sampler=sampler, scheduler=scheduler))
        assert (server.bodies[-1].get("sampler_name"), server.bodies[-1].get("scheduler")) == sent
    assert "no sampler 'nobody'" in backend.missing(sampler="nobody")["missing"]


@double_only
@pytest.mark.parametrize("flavour", ["sdnext"])
def test_schedule_is_refused_where_it_would_be_ignored(backend: Backend, server: SdapiServer) -> None:
    server.samplers.append("DPM++ 2M Karras")
    assert backend.probe()["schedulers"] is None
    backend.check_answers(backend.paint((64, 64), sampler="dpmpp_2m", scheduler="karras"))
    assert server.bodies[-1]["sampler_name"] == "DPM++ 2M Karras"
    before = len(server.bodies)
    ended = backend.paint((64, 64), sampler="euler", scheduler="karras")
    assert (ended["code"], len(server.bodies)) == ("rejected", before)


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
@pytest.mark.parametrize("name", [MODELS[1], PLAIN_MODELS[1], "dreamXL"])
def test_model_is_known_by_each_of_its_names(backend: Backend, server: SdapiServer, name: str) -> None:
    assert "missing" not in backend.missing(model=name) or not backend.missing(model=name)["missing"]
    backend.check_answers(backend.paint((64, 64), model=name))
    assert server.options["sd_model_checkpoint"] == MODELS[1]


@double_only
def test_lora_is_known_by_its_alias(tmp_path: Path) -> None:
    with SdapiServer() as server, Backend(server.address, tmp_path) as backend:
        server.aliases = {"sharp": "very sharp"}
        backend.probe()
        backend.check_answers(backend.paint((64, 64), loras="very sharp:0.8"), shift=0.8)


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
@pytest.mark.parametrize("named", [MODELS[0], ""])
def test_tile_of_another_model_is_refused(backend: Backend, server: SdapiServer, named: str) -> None:
    server.stays_with = MODELS[1]  # as when another client loads it meanwhile
    ended = backend.paint((64, 64), model=named)
    assert (ended["code"], ended["answers"]) == ("rejected", {})
    assert "painted with the model 'dreamXL' instead of 'photo_v3.safetensors'" in ended["message"]


@double_only
def test_list_that_is_too_long_is_unknown(tmp_path: Path) -> None:
    with SdapiServer() as server, Backend(server.address, tmp_path) as backend:
        server.loras = [f"lora {number}" for number in range(600)] + ["sharp"]
        server.lora_metadata = {"ss_tag_frequency": "x" * 150_000}
        probed = backend.probe()
        assert (probed["event"], probed["takes_loras"], probed["loras"]) == ("probed", True, None)
        backend.check_answers(backend.paint((64, 64), loras="sharp:0.8"), shift=0.8)


@double_only
@pytest.mark.parametrize("flavour", ["sdnext"])
def test_rate_limit_slows_down_without_a_failure(backend: Backend, server: SdapiServer) -> None:
    server.n_too_many = 1
    backend.check_answers(backend.paint((64, 64)))


@double_only
@pytest.mark.parametrize("flavour", ["sdcpp"])
def test_stable_diffusion_cpp_takes_loras_in_a_field(backend: Backend, server: SdcppServer) -> None:
    backend.check_answers(backend.paint((64, 64), loras="sharp:0.8"))
    assert server.bodies[-1]["lora"] == [{"path": "sub/sharp.safetensors", "multiplier": 0.8}]
    assert "<" not in server.bodies[-1]["prompt"]


@double_only
def test_missing_features_are_named_before_the_job(tmp_path: Path) -> None:
    with SdapiServer(extension=False) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        missing = backend.missing(conditioning=0.5, reference=reference_picture(), loras="nobody:1", model="other")["missing"]
        for words in ("no tile ControlNet", "IP-Adapter", "no LoRA 'nobody'", "no model 'other'", "ControlNet extension"):
            assert words in missing
        # The tile is painted without the guide, since an unknown script would fail the request.
        backend.check_answers(backend.paint((64, 64), conditioning=0.5, reference=reference_picture()))
    with make_server("sdcpp") as other, Backend(other.address, tmp_path) as backend:
        backend.probe()
        assert "sdcpp+" in backend.missing(conditioning=0.5)["missing"]


@double_only
def test_models_have_different_painter_names(backend: Backend, server: SdapiServer) -> None:
    own, named = backend.missing()["painter"], backend.missing(model=MODELS[1])["painter"]
    assert own == backend.missing()["painter"]
    server.options["sd_model_checkpoint"] = MODELS[1]  # the model of an earlier job stays loaded
    backend.probe()
    assert own != backend.missing()["painter"]
    assert named == backend.missing(model=MODELS[1])["painter"], "what was painted before would not be found again"


@double_only
def test_basic_auth(tmp_path: Path) -> None:
    secret = "Basic " + base64.b64encode(b"me:secret").decode()
    with SdapiServer(auth="me:secret") as server:
        with Backend(server.address, tmp_path) as backend:
            refused = backend.probe()
        assert (refused["event"], refused["code"]) == ("probe-failed", "rejected")
        assert "UPSCALE_BASIC" in refused["message"]
        with Backend(server.address, tmp_path, Authorization=secret) as backend:
            assert backend.probe()["event"] == "probed"


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
def test_stored_tiles_outlive_guides_that_did_not_paint_them(backend: Backend, server: SdapiServer) -> None:
    guided = {"conditioning": 0.5, "reference": reference_picture()}
    plain, before = backend.missing()["painter"], backend.missing(**guided)["painter"]
    own = list(server.controlnets)
    server.controlnets = [*own, "another_union [12345678]", "tile_sdxl_new", "ip-adapter-plus_sdxl"]
    backend.probe()
    assert (backend.missing()["painter"], backend.missing(**guided)["painter"]) == (plain, before)
    server.controlnets = [name.replace("sd15", "sd15_v2") for name in own]
    backend.probe()
    assert backend.missing()["painter"] == plain
    assert backend.missing(**guided)["painter"] != before


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
def test_interrupt_stops_our_tile(backend: Backend, server: SdapiServer) -> None:
    server.held = True
    backend.start((64, 64))
    wait_until(lambda: server.is_painting, "it runs")
    backend.tell("cancel")
    assert backend.finish()["code"] == "cancelled"
    assert server.requests[-1] == ("POST", "/sdapi/v1/interrupt")
    assert not server.held


@double_only
@pytest.mark.parametrize(("flavour", "has_pages"), [("webui", False), ("forge", False), ("sdnext", True)])
def test_nothing_is_interrupted_where_tasks_have_no_names(tmp_path: Path, flavour: str, has_pages: bool) -> None:
    with SdapiServer(flavour, has_pages=has_pages) as server, Backend(server.address, tmp_path) as backend:
        assert not backend.probe()["stops_tiles"]
        server.held = True
        backend.start((64, 64))
        wait_until(lambda: server.is_painting, "it runs")
        backend.tell("cancel")
        assert backend.finish()["code"] == "cancelled"
        assert server.count("POST", "/sdapi/v1/interrupt") == 0


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
def test_tile_behind_another_clients_is_interrupted_in_its_turn(tmp_path: Path, flavour: str) -> None:
    with SdapiServer(flavour) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        server.held = True
        with server.queue_lock:  # the server paints the picture of another client
            backend.start((64, 64))
            wait_until(lambda: server.pending_tasks, "ours waits")
            n_before = server.count("POST", "/internal/progress")
            backend.tell("cancel")
            wait_until(lambda: server.count("POST", "/internal/progress") > n_before, "the server was asked")
            assert server.count("POST", "/sdapi/v1/interrupt") == 0
        assert backend.finish()["code"] == "cancelled"
        assert server.requests[-1] == ("POST", "/sdapi/v1/interrupt")


@double_only
def test_half_done_picture_is_dropped(backend: Backend, server: SdapiServer) -> None:
    server.held = True
    backend.start((64, 64))
    wait_until(lambda: server.is_painting, "it runs")
    server.interrupt()
    answer = backend.finish()["answers"][0]
    assert "file" not in answer
    assert "interrupted" in answer["message"]


@double_only
@pytest.mark.parametrize(
    "change", [lambda pixels: pixels[..., ::-1], lambda pixels: numpy.roll(pixels, 8, 1)], ids=["swapped channels", "moved by a block"]
)
def test_check_answers_finds_changed_tiles(backend: Backend, change: Callable[[Array], Array]) -> None:
    ended = backend.paint((64, 64))
    painted = Path(ended["answers"][0]["file"])
    painted.write_bytes(to_png(change(read_picture(str(painted)))))
    with pytest.raises(AssertionError):
        backend.check_answers(ended, noise=NOISE)


PICTURE = base64.b64encode(unrelated_picture(64, 64)).decode()


@double_only
@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((404, {"error": "HTTPException", "detail": "Sampler not found", "body": "", "errors": ""}), "rejected", "Sampler not found"),
        ((400, {"detail": "Sampler not found"}), "rejected", "Sampler not found"),
        ((404, {"detail": "Not Found"}), "rejected", "Check the address"),
        ((404, None), "rejected", "404"),
        ((422, {"detail": "always on script x not found"}), "rejected", "always on script x not found"),
        ((422, {"detail": [{"loc": ["body", "steps"], "msg": "not an integer", "type": "t"}]}), "rejected", "body.steps: not an integer"),
        ((500, {"detail": "Invalid encoded image"}), "server", "Invalid encoded image"),
        ((500, {"error": "OutOfMemoryError", "detail": "", "body": "", "errors": "CUDA out of memory. Tried"}), "too-large", "CUDA out"),
        ((500, {"error": "RuntimeError", "detail": "", "body": "", "errors": "Unknown checkpoint: x"}), "server", "Unknown checkpoint: x"),
        ((500, {"error": "server_error", "message": "[json.exception.type_error.302]"}), "server", "type_error.302"),
        ((400, {"error": "prompt required"}), "rejected", "prompt required"),
        ((401, {"detail": "Incorrect username or password"}), "rejected", "Incorrect username"),
        ((503, None), "busy", "503"),
        ((0, None), "transport", ""),
    ],
)
def test_refused_tile(backend: Backend, server: SdapiServer, answer: tuple[object, ...], code: str, words: str) -> None:
    server.answer_with = [answer, answer]
    ended = backend.paint((64, 64))
    assert ended["code"] == code
    assert words in ended["message"]


@double_only
@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"<html>", "no JSON"),
        (b"", "no JSON"),
        (b"{}{}", "no JSON"),
        ([PICTURE], "no JSON object"),
        (b'{"images":["', "no JSON"),
        ({"images": []}, "no picture"),
        ({"images": [""]}, "no picture"),
        ({"images": [None]}, "no picture"),
        ({"images": "x"}, "no picture"),
        ({"pictures": [PICTURE]}, "no picture"),
    ],
)
def test_answer_without_a_picture(backend: Backend, server: SdapiServer, said: object, words: str) -> None:
    server.answer_with = [(200, said)]
    answer = backend.paint((64, 64))["answers"][0]
    assert answer["code"] == "protocol"
    assert words in answer["message"]


@double_only
@pytest.mark.parametrize(
    "said",
    [
        {"images": [PICTURE]},
        {"images": ["data:image/png;base64," + PICTURE]},
        {"parameters": {"images": ["x"], 'a"b': [{"images": 1}]}, "images": [PICTURE, "second"]},
        ('{ "images" : [ "' + PICTURE.replace("/", "\\/") + '" ], "info": "{}" }').encode(),
    ],
)
def test_picture_is_found_in_any_spelling(backend: Backend, server: SdapiServer, said: object) -> None:
    server.answer_with = [(200, said)]
    answer = backend.paint((64, 64))["answers"][0]
    assert Path(answer["file"]).read_bytes() == unrelated_picture(64, 64)


@double_only
def test_answer_of_30_megabytes_is_read(backend: Backend, server: SdapiServer) -> None:
    server.padding = 30 << 20
    backend.check_answers(backend.paint((64, 64)))


@double_only
def test_answer_without_end_is_refused(backend: Backend, server: SdapiServer) -> None:
    server.padding = 200 << 20
    ended = backend.paint((64, 64))
    assert ended["code"] == "protocol"
    assert "larger than" in ended["message"]


@double_only
@pytest.mark.parametrize("status", [404, 200])
def test_another_program_on_the_port(tmp_path: Path, status: int) -> None:
    class Other(SdapiServer):
        def handle(self, *_: object) -> tuple[object, ...]:
            return status, b"<html>hello</html>", "text/html"

    with Other() as server, Backend(server.address, tmp_path) as backend:
        failed = backend.probe()
    assert failed["code"] == "rejected"
    assert "--api" in failed["message"]


@double_only
def test_no_server_on_the_port(tmp_path: Path) -> None:
    with SdapiServer() as server:
        address = server.address
    with Backend(address, tmp_path) as backend:
        failed = backend.probe()
    assert failed["code"] == "unreachable"
    assert "is the endpoint running" in failed["message"]


def read_captions(ended: dict[str, Any]) -> dict[int, str]:
    assert "code" not in ended, ended
    return {tile: Path(answer["file"]).read_text() for tile, answer in ended["answers"].items() if "file" in answer}


@double_only
@pytest.mark.parametrize("flavour", ["webui", "forge"])
def test_tiles_are_described_and_not_painted(backend: Backend, server: SdapiServer) -> None:
    n_painted = server.count("POST", "/sdapi/v1/img2img")
    captions = read_captions(backend.paint((64, 64), (64, 128), captions=True, model=MODELS[1], loras="sharp:1"))
    means = [pixels.reshape(-1, 3).mean(axis=0) for pixels in backend.tiles]
    numbers = [[int(word) for word in captions[tile].replace(",", "").split() if word.isdecimal()] for tile in (0, 1)]
    assert numpy.abs(numpy.array(numbers) - means).max() <= 1
    assert server.count("POST", "/sdapi/v1/img2img") == n_painted
    assert [set(request) for request in server.described] == [{"image"}] * 2
    assert server.options["sd_model_checkpoint"] == MODELS[0], "no model is loaded to describe"


@double_only
def test_tile_that_could_not_be_described_fails(backend: Backend, server: SdapiServer) -> None:
    """The server answers 200 then."""
    server.can_describe = False
    ended = backend.paint((64, 64), captions=True)
    assert ended["answers"][0]["code"] == "server"
    assert "could not describe" in ended["answers"][0]["message"]


@double_only
def test_cancelled_description_ends_at_once(backend: Backend, server: SdapiServer) -> None:
    server.held = True
    backend.start((64, 64), captions=True)
    wait_until(lambda: server.described, "the server describes")
    backend.tell("cancel")
    assert backend.finish()["code"] == "cancelled"
    assert server.count("POST", "/sdapi/v1/interrupt") == 0, "that would stop the picture of another client"
