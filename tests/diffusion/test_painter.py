# SPDX-License-Identifier: GPL-3.0-or-later
"""The real pipeline on a tiny model: effects of each setting on the pixels, and behavior when memory is short."""

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image
from polling import wait_until
from tile_upscale_gpu import painter as painter_module
from tile_upscale_gpu.device import choose_devices
from tile_upscale_gpu.img2img import Img2Img
from tile_upscale_gpu.job_context import GpuLost, Result, Stopped
from tile_upscale_gpu.painter import Painter, paint_in_parts
from tile_upscale_gpu.request import parse
from tile_upscale_gpu.samplers import SAMPLERS, make_scheduler
from tile_upscale_gpu.settings import read_settings
from tiny_painter import RecordingContext, block_means, make, paint, paint_one
from tiny_sdxl import make_all
from wire_client import encode, make_picture


def test_strength_0_gives_the_picture_back_through_the_vae(painter: Painter) -> None:
    painted = paint_one(painter, strength=0)
    assert abs(painted - block_means(make_picture(64, 0))).max() <= 0.51


def test_gen_res_paints_larger_than_the_target(painter: Painter) -> None:
    enlarged = make_picture(64, 0).resize((128, 128), Image.Resampling.LANCZOS)
    kept = Image.fromarray(block_means(enlarged).round().astype(numpy.uint8)).resize((64, 64), Image.Resampling.LANCZOS)
    painted = paint_one(painter, strength=0, gen_res=128)
    assert abs(painted - numpy.asarray(kept).astype(int)).max() <= 2


def test_sides_that_are_no_multiple_are_filled_up_and_cut_back(painter: Painter) -> None:
    painted = paint_one(painter, strength=0, size=72, target=None)
    assert painted.shape == (72, 72, 3)
    assert abs(painted - block_means(make_picture(72, 0))).max() <= 0.51


def test_same_seed_gives_the_same_bytes(painter: Painter) -> None:
    first, second = RecordingContext(), RecordingContext()
    request = parse(json.dumps(make(tiles=2)).encode(), None, painter.settings).request
    painter.paint(request, first)
    painter.paint(request, second)
    assert [first.results[name]["image"] for name in "01"] == [second.results[name]["image"] for name in "01"]


def test_another_seed_gives_another_picture(painter: Painter) -> None:
    request = make()
    request["tiles"][0]["seed"] = 12345
    assert abs(paint(painter, request)["0"] - paint_one(painter)).mean() > 1


def test_batch_of_n_equals_n_batches_of_one(painter: Painter) -> None:
    request = make(tiles=5)
    together = paint(painter, request)
    for tile in request["tiles"]:
        alone = paint(painter, {**request, "tiles": [tile]})
        assert abs(alone[tile["id"]] - together[tile["id"]]).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"controlnet": {"enabled": False}},
        {"controlnet": {"enabled": True, "conditioning_scale": 1.8}},
        {"controlnet": {"enabled": True, "guidance_start": 0.9, "guidance_end": 1.0}},
        {"loras": [{"name": "style", "weight": 1.0}]},
        {"ip_adapter_enabled": True, "ip_adapter_image_bytes": encode(make_picture(48, 9)), "ip_adapter_scale": 1.0},
        {"global_prompt": "a wholly different text"},
        {"negative_prompt": "a wholly different text"},
        {"cfg_scale": 7.5},
        {"cfg_scale": 1.0},
        {"steps": 9},
        {"strength": 0.9},
        {"sampler": "euler a"},
    ],
    ids=str,
)
def test_each_setting_changes_the_answer_and_leaves_nothing_behind(painter: Painter, change: dict[str, Any]) -> None:
    before = paint_one(painter)
    changed = paint_one(painter, **change)
    assert abs(changed - before).max() >= 1
    assert abs(paint_one(painter) - before).max() == 0


def test_lora_counts_by_its_weight(painter: Painter) -> None:
    base = paint_one(painter)
    weak, strong = (paint_one(painter, loras=[{"name": "style", "weight": weight}]) for weight in (0.2, 1.0))
    nothing = paint_one(painter, loras=[{"name": "style", "weight": 0.0}])
    assert abs(nothing - base).max() <= 1
    assert 0 < abs(weak - base).mean() < abs(strong - base).mean()


def test_reference_picture_counts_by_its_scale(painter: Painter) -> None:
    base = paint_one(painter)
    reference = {"ip_adapter_enabled": True, "ip_adapter_image_bytes": encode(make_picture(48, 9))}
    weak, strong = (paint_one(painter, **reference, ip_adapter_scale=scale) for scale in (0.2, 1.0))
    nothing = paint_one(painter, **reference, ip_adapter_scale=0.0)
    assert abs(nothing - base).max() <= 1
    assert 0 < abs(weak - base).mean() < abs(strong - base).mean()


def test_half_precision_with_a_whole_vae(painter: Painter) -> None:
    """The noise differs, since it is drawn in the model's precision; the VAE's answer and the amount of change do not."""
    half = Painter(painter.settings.model_copy(update={"dtype": "bfloat16"}))
    assert abs(paint_one(half, strength=0) - paint_one(painter, strength=0)).max() <= 2
    source = block_means(make_picture(64, 0))
    change, full_change = abs(paint_one(half) - source).mean(), abs(paint_one(painter) - source).mean()
    assert full_change / 2 < change < full_change * 2


def test_tiles_own_prompt_is_added_to_the_global_one(painter: Painter) -> None:
    own = make(tiles=2)
    own["tiles"][1]["prompt"] = "a red brick wall"
    joined = make(tiles=2, global_prompt="sharp, a red brick wall")
    assert abs(paint(painter, own)["1"] - paint(painter, joined)["1"]).max() <= 1
    assert abs(paint(painter, own)["0"] - paint(painter, make(tiles=2))["0"]).max() <= 1


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_every_sampler_paints(painter: Painter, sampler: str) -> None:
    painted = paint_one(painter, sampler=sampler, steps=6, strength=0.5)
    assert numpy.isfinite(painted).all()
    assert abs(painted - block_means(make_picture(64, 0))).max() > 1


@pytest.fixture
def unet_runs(painter: Painter) -> Iterator[list[int]]:
    """Grows by one with each run of the UNet."""
    runs: list[int] = []
    hook = painter.load().plain.unet.register_forward_hook(lambda *_: runs.append(1))
    yield runs
    hook.remove()


def test_little_strength_with_few_steps_still_takes_a_step(painter: Painter, unet_runs: list[int]) -> None:
    painted = paint_one(painter, steps=2, strength=0.2)
    assert len(unet_runs) == 1
    assert abs(painted - block_means(make_picture(64, 0))).max() > 1


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_every_strength_and_number_of_steps_is_bounded(painter: Painter, unet_runs: list[int], sampler: str) -> None:
    """Draws steps and strengths, also at the edges where a schedule has just one step or none."""
    dice = random.Random(sampler)
    longest, order = SAMPLERS[sampler].max_steps, 2 if sampler == "heun" else 1
    for strength in (1 / 161, 1 / dice.randint(2, 1200), 1 / longest, 0.99 / longest, 5e-324, 1.0):
        steps = dice.randint(1, int(min(longest, painter.settings.max_steps, max(1, 3 / strength))))
        unet_runs.clear()
        painted = paint_one(painter, sampler=sampler, steps=steps, strength=strength, controlnet={"enabled": False})
        # A schedule of `length` steps gives img2img int(length * strength) of them.
        if int(steps * strength) >= 1:
            expected = order * int(steps * strength) - (order - 1)
        else:
            expected = int(any(int(length * strength) for length in range(longest + 1)))
        assert len(unet_runs) == expected, (steps, strength)
        if not expected:
            assert abs(painted - block_means(make_picture(64, 0))).max() <= 0.51


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_longest_schedule_of_every_sampler_is_known(painter: Painter, sampler: str) -> None:
    longest = SAMPLERS[sampler].max_steps
    scheduler = make_scheduler(sampler, painter.load().scheduler_config)
    scheduler.set_timesteps(longest)
    assert torch.isfinite(scheduler.timesteps.double()).all()
    assert longest == scheduler.config.num_train_timesteps or longest == scheduler.config.original_inference_steps


def test_stop_is_heard_between_steps(painter: Painter, unet_runs: list[int]) -> None:
    """After is_stopped() returned True the UNet runs no further step."""
    request = parse(json.dumps(make(steps=50, strength=1.0)).encode(), None, painter.settings).request
    context = RecordingContext(stop_after=6)
    with pytest.raises(Stopped):
        painter.paint(request, context)
    assert context.questions == 7
    assert 1 <= len(unet_runs) <= 7
    assert not context.results


def test_results_come_as_they_finish(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four tiles are painted at once. The last two wait until the first four have been delivered."""
    request = parse(json.dumps(make(tiles=6)).encode(), None, painter.settings).request
    first = threading.Event()
    run, calls = Img2Img.run, []

    class Signalling(RecordingContext):
        def add(self, result: Result) -> None:
            super().add(result)
            if len(self.results) == 4:
                first.set()

    def run_later(*arguments: Any) -> Any:
        calls.append(arguments)
        assert len(calls) < 2 or first.wait(60), "the first four are there before the last two are painted"
        return run(*arguments)

    monkeypatch.setattr(Img2Img, "run", run_later)
    context = Signalling()
    painter.paint(request, context)
    assert len(calls) == 2 and len(context.results) == 6


def test_three_stages_overlap_over_batches(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads paint two batches of one group. The GPU has one at a time; beside it the next is decoded, and the last is written."""
    requests = [parse(json.dumps(make(tiles=4)).encode(), None, painter.settings).request for _ in range(4)]
    contexts = [RecordingContext() for _ in requests]
    run, decode = Img2Img.run, painter_module._decode_tile
    decoded: list[str] = []
    started: list[int] = []
    at_gpu = threading.Lock()

    def decode_and_count(request: Any, tile: Any) -> Any:
        decoded.append(tile.id)
        return decode(request, tile)

    def run_beside_others(*arguments: Any) -> Any:
        assert at_gpu.acquire(blocking=False), "two groups are at the GPU"
        started.append(n := len(started))
        wait_until(lambda: len(decoded) >= min(4 * (n + 2), 16), "the next group is decoded")
        wait_until(lambda: sum(len(context.results) for context in contexts) >= 4 * n, "the last group is written")
        painted = run(*arguments)
        at_gpu.release()
        return painted

    monkeypatch.setattr(painter_module, "_decode_tile", decode_and_count)
    monkeypatch.setattr(Img2Img, "run", run_beside_others)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(painter.paint, requests, contexts))
    assert len(started) == 4 and all(len(context.results) == 4 for context in contexts)


def test_what_is_done_is_not_painted_again(painter: Painter) -> None:
    context = RecordingContext()
    painter.paint(parse(json.dumps(make(tiles=3)).encode(), None, painter.settings).request, context, done={"0", "2"})
    assert list(context.results) == ["1"]


@pytest.mark.parametrize(("n", "fits"), [(8, 8), (8, 3), (7, 2), (5, 1)])
def test_memory_that_is_short_halves_the_batch(n: int, fits: int) -> None:
    painted: list[int] = []

    def attempt(part: list[int]) -> None:
        if len(part) > fits:
            raise torch.OutOfMemoryError("made to fail")
        painted.extend(part)

    assert paint_in_parts(list(range(n)), 8, attempt, pytest.fail, pytest.fail, torch.device("cpu")) <= max(fits, 1)
    assert painted == list(range(n))


def test_answer_that_is_no_picture_is_a_failure(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    model = painter.load()
    monkeypatch.setattr(model, "decode_picture", lambda latents: torch.full((1, 3, 64, 64), float("nan")))
    context = RecordingContext()
    painter.paint(parse(json.dumps(make()).encode(), None, painter.settings).request, context)
    assert not context.results["0"]["success"]


@pytest.mark.parametrize(("kinds", "expected"), [(("cuda", "xpu"), "cuda"), (("xpu", "mps"), "xpu"), (("mps",), "mps")])
def test_all_gpus_of_the_best_kind_are_chosen(monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...], expected: str) -> None:
    for kind, backend in (("cuda", torch.cuda), ("xpu", torch.xpu), ("mps", torch.backends.mps)):
        monkeypatch.setattr(backend, "is_available", lambda kind=kind: kind in kinds)
    for module in (torch.cuda, torch.xpu):
        monkeypatch.setattr(module, "device_count", lambda: 2)
    assert choose_devices("auto") == [torch.device(expected, number) for number in range(1 if expected == "mps" else 2)]
    assert choose_devices("cuda:1") == [torch.device("cuda:1")]
    assert choose_devices("cpu") == [torch.device("cpu")]


@pytest.mark.parametrize(("is_lost", "error"), [(True, GpuLost), (False, RuntimeError)])
def test_gpu_that_answers_no_more_is_told_from_other_failures(
    painter: Painter, monkeypatch: pytest.MonkeyPatch, is_lost: bool, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("made to fail")

    monkeypatch.setattr(Img2Img, "run", fail)
    monkeypatch.setattr("tile_upscale_gpu.painter.is_gpu_lost", lambda _device: is_lost)
    with pytest.raises(error, match="made to fail"):
        painter.paint(parse(json.dumps(make()).encode(), None, painter.settings).request, RecordingContext())


@pytest.mark.parametrize(("width", "image"), [(64, "bm90IGEgcGljdHVyZQ=="), (64, "abc"), (32, encode(make_picture()))])
def test_broken_tile_fails_alone(painter: Painter, width: int, image: str) -> None:
    request = make(tiles=3)
    request["tiles"][1].update(width=width, image=image)
    context = RecordingContext()
    painter.paint(parse(json.dumps(request).encode(), None, painter.settings).request, context)
    assert [context.results[name]["success"] for name in "012"] == [True, False, True]
    assert context.results["1"]["error"].startswith("tile 1: ")


def test_broken_reference_picture_fails_every_tile_in_words(painter: Painter) -> None:
    request = make(tiles=2, ip_adapter_enabled=True, ip_adapter_image_bytes="bm90IGEgcGljdHVyZQ==")
    context = RecordingContext()
    painter.paint(parse(json.dumps(request).encode(), None, painter.settings).request, context)
    assert [result["success"] for result in context.results.values()] == [False, False]
    assert all("reference" in result["error"] for result in context.results.values())


def test_identity_follows_the_weights(tmp_path: Path) -> None:
    settings = read_settings(make_all(tmp_path))
    identity = settings.make_identity()
    assert read_settings(tmp_path / "settings.toml").make_identity() == identity
    assert settings.model_copy(update={"dtype": "bfloat16"}).make_identity() != identity
    weights = tmp_path / "style" / "pytorch_lora_weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    assert settings.make_identity() != identity
