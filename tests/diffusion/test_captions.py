# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of tiles from the real transformers on a tiny model."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tile_upscale_gpu.captioner import MAX_CHARS
from tile_upscale_gpu.job_context import CannotLoad, Stopped
from tile_upscale_gpu.jobs import Capacity
from tile_upscale_gpu.painter import Painter
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.request import parse
from tile_upscale_gpu.settings import Settings
from tile_upscale_gpu.web import make_health
from tiny_blip import make_captioner
from tiny_painter import RecordingContext
from transformers import BlipForConditionalGeneration, BlipProcessor
from wire_client import make_picture, make_request


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("weights")
    make_captioner(folder / "caption")
    return Settings.model_validate({"folder": folder, "device": "cpu", "dtype": "float32", "models": {"absent": {}}, "caption": {}})


@pytest.fixture(scope="module")
def describer(settings: Settings) -> Painter:
    return Painter(settings)


def make_caption_request(tiles: int, **changes: Any) -> dict[str, Any]:
    return {**make_request(tiles, caption=True), "model_config": {}, "gen_params": {}, **changes}


def describe(painter: Painter, request: dict[str, Any], *done: str, stop_after: int | None = None) -> dict[str, dict[str, Any]]:
    context = RecordingContext(stop_after)
    painter.paint(parse(json.dumps(request).encode(), None, painter.settings).request, context, done)
    return context.results


def test_captions_are_those_of_a_plain_call(settings: Settings, describer: Painter) -> None:
    """Each tile has its own picture. No base model is loaded: the settings name one that is not there."""
    folder = settings.folder / "caption"
    processor, model = BlipProcessor.from_pretrained(folder), BlipForConditionalGeneration.from_pretrained(folder)
    results = describe(describer, make_caption_request(4))
    for number in range(4):
        inputs = processor(images=make_picture(64, number), return_tensors="pt")
        words = processor.decode(model.generate(**inputs, max_new_tokens=60)[0], skip_special_tokens=True)
        assert results[str(number)]["caption"] == words
        assert "image" not in results[str(number)]
    assert len({result["caption"] for result in results.values()}) == 4


def test_broken_picture_fails_its_tile(describer: Painter) -> None:
    request = make_caption_request(3)
    request["tiles"][1]["image"] = "AAAA"
    results = describe(describer, request)
    assert [results[name]["success"] for name in "012"] == [True, False, True]
    assert "PNG" in results["1"]["error"]


def test_tiles_that_are_done_are_not_described_again(describer: Painter) -> None:
    assert list(describe(describer, make_caption_request(3), "0", "2")) == ["1"]


def test_cancelled_batch_stops_between_two_tiles(describer: Painter) -> None:
    with pytest.raises(Stopped):
        describe(describer, make_caption_request(3), stop_after=2)


@pytest.mark.parametrize(
    ("outcome", "sentence"), [("", "no words"), (torch.OutOfMemoryError("CUDA out of memory"), "memory")], ids=["silent", "memory"]
)
def test_tile_without_words_fails_alone(
    describer: Painter, monkeypatch: pytest.MonkeyPatch, outcome: str | Exception, sentence: str
) -> None:  # fmt: skip
    describe(describer, make_caption_request(1))
    outcomes: list[str | Exception] = ["a door", outcome]

    def answer(_picture: object) -> str:
        one = outcomes.pop()
        if isinstance(one, Exception):
            raise one
        return one

    monkeypatch.setattr(describer.captioner, "describe", answer)
    results = describe(describer, make_caption_request(2))
    assert not results["0"]["success"] and sentence in results["0"]["error"]
    assert results["1"]["caption"] == "a door"


def test_caption_is_one_line_of_bounded_length(describer: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    describe(describer, make_caption_request(1))
    assert describer.captioner
    monkeypatch.setattr(describer.captioner.processor, "batch_decode", lambda *_args, **_kwargs: [" a\ndoor\t" + "x" * 2000])
    caption = describe(describer, make_caption_request(1))["0"]["caption"]
    assert caption.startswith("a door xxx") and len(caption) == MAX_CHARS


def test_service_without_a_model_refuses_and_says_so() -> None:
    bare = Settings.model_validate({"models": {"a": {}}})
    with pytest.raises(Problem) as caught:
        parse(json.dumps(make_caption_request(1)).encode(), None, bare)
    assert caught.value.status == 422 and "caption" in caught.value.detail
    assert make_health(bare, Capacity(), "x").captions is False


def test_health_offers_captions(settings: Settings) -> None:
    assert make_health(settings, Capacity(), "x").captions is True


def test_missing_weights_are_named(settings: Settings, tmp_path: Path) -> None:
    painter = Painter(settings.model_copy(update={"folder": tmp_path}))
    with pytest.raises(CannotLoad, match="captions: there is no folder"):
        describe(painter, make_caption_request(1))
