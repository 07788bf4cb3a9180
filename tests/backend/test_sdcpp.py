# SPDX-License-Identifier: GPL-3.0-or-later
"""stable-diffusion.cpp's own jobs, against its double; the first few also against a real server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from backend_driver import Backend, noise_of, reference_picture
from polling import wait_until
from sdcpp_server import SdcppServer

REAL = os.environ.get("UPSCALE_REAL_SDCPP")
double_only = pytest.mark.skipif(bool(REAL), reason="needs a server that fails on command")


@pytest.fixture
def server() -> Iterator[SdcppServer | None]:
    if REAL:
        yield None
        return
    with SdcppServer() as double:
        yield double


@pytest.fixture
def backend(server: SdcppServer | None, tmp_path: Path) -> Iterator[Backend]:
    with Backend(server.address if server else f"sdcpp+{REAL}", tmp_path) as driven:
        assert driven.probe()["event"] == "probed"
        yield driven


def test_probe_lists_features_and_paints_a_small_tile(server: SdcppServer | None, tmp_path: Path) -> None:
    with Backend(server.address if server else f"sdcpp+{REAL}", tmp_path) as backend:
        probed = backend.probe()
    assert probed["event"] == "probed", probed
    assert (probed["max_tiles"], probed["concurrency"], probed["multiple_of"]) == (1, 1, 64)
    assert 0 <= probed["n_queued"] <= 4
    if server:
        assert probed["identity"] == "sdcpp echo"
        assert (probed["models"], probed["loras"]) == (["echo"], ["detail", "sharp"])
        assert probed["takes_controlnet"] and probed["takes_ip_adapter"]
        assert server.count("POST", "/sdcpp/v1/img_gen") == 3


@double_only
def test_missing_guide_models_are_found_by_painting(tmp_path: Path) -> None:
    with SdcppServer(controlnet=False, ip_adapter=False) as server, Backend(server.address, tmp_path) as backend:
        probed = backend.probe()
        assert not probed["takes_controlnet"] and not probed["takes_ip_adapter"]
        missing = backend.missing(conditioning=0.7, reference=reference_picture(), loras="nobody:1", model="other")["missing"]
    for words in ("tile ControlNet", "IP-Adapter", "no LoRA 'nobody'", "no model 'other'", "--control-net"):
        assert words in missing


@double_only
def test_server_is_used_without_guides_that_fail(tmp_path: Path) -> None:
    with SdcppServer() as server, Backend(server.address, tmp_path) as backend:
        server.refuses_guides = True
        probed = backend.probe()
        assert probed["event"] == "probed", probed
        assert not probed["takes_controlnet"] and not probed["takes_ip_adapter"]
        backend.check_answers(backend.paint((64, 64)))


def test_tiles_come_back_in_place(backend: Backend, server: SdcppServer | None) -> None:
    ended = backend.paint((128, 64), (64, 128))
    backend.check_answers(ended, noise=noise_of(server))
    assert ended["phases"][0] == "waiting"


def test_empty_prompt_is_painted(backend: Backend, server: SdcppServer | None) -> None:
    backend.check_answers(backend.paint((64, 64), prompt=""), noise=noise_of(server))


@double_only
def test_request_carries_all_parameters(backend: Backend, server: SdcppServer) -> None:
    ended = backend.paint((64, 64), conditioning=0.7, reference=reference_picture(), ip_scale=0.5, loras="sharp:0.8")
    backend.check_answers(ended, shift=1.2)
    sent = server.bodies[-1]
    assert sent["lora"] == [{"path": "sub/sharp.safetensors", "multiplier": 0.8}]
    assert (sent["seed"], sent["strength"], sent["width"], sent["height"]) == ((1 << 53) - 1, 0.35, 64, 64)
    assert sent["sample_params"] == {"sample_steps": 4, "sample_method": "euler", "guidance": {"txt_cfg": 2.0}}
    assert (sent["prompt"], sent["negative_prompt"], sent["batch_count"]) == ("a photo", "blurry", 1)


@double_only
@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"model": "nobody"}, "no model 'nobody'"),
        ({"loras": "nobody:1"}, "no LoRA 'nobody'"),
        ({"sampler": "nobody"}, "no sampler 'nobody'"),
        ({"sampler": "euler", "scheduler": "nobody"}, "no sampler 'euler nobody'"),
    ],
)
def test_unknown_names_are_never_sent(backend: Backend, server: SdcppServer, recipe: dict[str, str], words: str) -> None:
    before = len(server.bodies)
    ended = backend.paint((64, 64), **recipe)
    assert (ended["code"], len(server.bodies)) == ("rejected", before)
    assert words in ended["message"]


@double_only
@pytest.mark.parametrize("chosen", ["euler_a", "dpm++2m"])
@pytest.mark.parametrize("kind", ["sdcpp", "sdapi"])
def test_the_owners_sampler_stays(tmp_path: Path, chosen: str, kind: str) -> None:
    with SdcppServer() as server, Backend(f"{kind}+{server.url}", tmp_path) as backend:
        server.sampler = chosen
        assert not backend.probe()["stops_tiles"]
        backend.check_answers(backend.paint((64, 64)))
        assert "sampler_name" not in server.bodies[-1]
        assert "sample_method" not in server.bodies[-1].get("sample_params", {})


@double_only
@pytest.mark.parametrize("kind", ["sdcpp", "sdapi"])
def test_sampler_is_sent_as_the_server_spells_it(tmp_path: Path, kind: str) -> None:
    with SdcppServer() as server, Backend(f"{kind}+{server.url}", tmp_path) as backend:
        probed = backend.probe()
        assert "dpm++2m" in probed["samplers"] and "karras" in probed["schedulers"]
        backend.check_answers(backend.paint((64, 64), sampler="DPM++ 2M", scheduler="Karras"))
        sent = server.bodies[-1]
        if kind == "sdcpp":
            assert sent["sample_params"] == {
                "sample_steps": 4, "sample_method": "dpm++2m", "scheduler": "karras", "guidance": {"txt_cfg": 2.0},
            }  # fmt: skip
        else:
            assert (sent["sampler_name"], sent["scheduler"]) == ("dpm++2m", "karras")


@double_only
def test_waiting_job_is_cancelled_at_the_server(backend: Backend, server: SdcppServer, tmp_path: Path) -> None:
    server.held = True
    with Backend(server.address, tmp_path / "..") as other:
        server.release()
        other.probe()
        server.held = True
        other.start((64, 64))
        wait_until(lambda: any(job["status"] == "generating" for job in server.jobs.values()), "the first is at work")
        backend.start((64, 64))
        backend.next("waiting")
        backend.tell("cancel")
        assert backend.finish()["code"] == "cancelled"
        assert [job["status"] for job in server.jobs.values()][-2:] == ["generating", "cancelled"]
        server.release()
        other.check_answers(other.finish())


@double_only
def test_running_job_is_cancelled_at_once(backend: Backend, server: SdcppServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("at-work")
    backend.tell("cancel")
    assert backend.finish()["code"] == "cancelled"
    assert server.requests[-1][1].endswith("/cancel")


@double_only
@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((429, {"error": "job queue is full"}), "busy", "job queue is full"),
        ((400, {"error": "invalid json", "message": "parse error at 1"}), "rejected", "parse error at 1"),
        ((400, {"error": "invalid generation parameters"}), "rejected", "invalid generation parameters"),
        ((500, {"error": "server_error", "message": "[json.exception]"}), "server", "[json.exception]"),
        ((500, {"error": "ggml: out of memory"}), "too-large", "out of memory"),
        ((404, None), "expired", "404"),
        ((202, {"status": "queued"}), "protocol", "named no job"),
        ((0, None), "transport", ""),
    ],
)
def test_refused_submission(backend: Backend, server: SdcppServer, answer: tuple[object, ...], code: str, words: str) -> None:
    server.answer_with = [answer, answer]  # a request is sent twice when its connection was closed
    ended = backend.paint((64, 64))
    assert (ended["code"], ended["submitted"]) == (code, False)
    assert words in ended["message"]


@double_only
@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((410, {"error": "job expired"}), "expired", "no longer knows"),
        ((404, {"error": "job not found"}), "expired", "no longer knows"),
        ((200, {"status": "cancelled", "error": {"code": "cancelled", "message": "job cancelled by client"}}), "expired", "cancelled"),
        ((200, {"status": "dreaming"}), "protocol", "dreaming"),
        ((200, b"<html>"), "protocol", "no JSON"),
        ((200, b"{}{}"), "protocol", "no JSON"),
        ((503, None), "busy", "503"),
    ],
)
def test_lost_job(backend: Backend, server: SdcppServer, answer: tuple[object, ...], code: str, words: str) -> None:
    server.poll_with = [answer]
    ended = backend.paint((64, 64))
    assert (ended["code"], ended["submitted"]) == (code, True)
    assert words in ended["message"]


@double_only
def test_restarted_server_has_lost_its_jobs(backend: Backend, server: SdcppServer) -> None:
    server.held = True
    backend.start((64, 64))
    backend.next("waiting")
    server.restart()
    ended = backend.finish()
    assert (ended["code"], ended["submitted"]) == ("expired", True)
    server.release()
    backend.tell("again")  # the batch is submitted anew, since the server has lost its job
    backend.check_answers(backend.finish())


@double_only
def test_resent_batch_collects_its_job(backend: Backend, server: SdcppServer) -> None:
    server.poll_with = [(0, None), (0, None)]
    ended = backend.paint((64, 64))
    assert (ended["code"], ended["submitted"]) == ("transport", True)
    before = server.count("POST", "/sdcpp/v1/img_gen")
    backend.tell("again")
    backend.check_answers(backend.finish())
    assert server.count("POST", "/sdcpp/v1/img_gen") == before


@double_only
@pytest.mark.parametrize(("said", "code"), [("unknown generation error", "server"), ("CUDA error: out of memory", "too-large")])
def test_failed_job_is_the_tiles_failure(backend: Backend, server: SdcppServer, said: str, code: str) -> None:
    server.fail_with = said
    ended = backend.paint((64, 64), (64, 64))
    assert "code" not in ended
    assert ended["answers"][0]["code"] == code
    assert said in ended["answers"][0]["message"]
    assert "file" in ended["answers"][1], "the other tile is painted all the same"


@double_only
def test_abandoned_batch_is_cancelled_at_the_server(backend: Backend, server: SdcppServer) -> None:
    server.poll_with = [(503, None)]
    server.held = True
    assert backend.paint((64, 64))["code"] == "busy"
    backend.tell("abandon")
    wait_until(lambda: server.requests[-1][1].endswith("/cancel"), "the server was told")


@double_only
def test_another_server_is_recognized(tmp_path: Path) -> None:
    class Other(SdcppServer):
        def handle(self, *_: object) -> tuple[object, ...]:
            return 404, None

    with Other() as server, Backend(server.address, tmp_path) as backend:
        failed = backend.probe()
    assert failed["code"] == "rejected"
    assert "sdapi+" in failed["message"]
