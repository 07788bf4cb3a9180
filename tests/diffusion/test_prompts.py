# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts: weights in brackets, texts longer than CLIP reads at once, the tile's own text, warnings."""

import json
import random
from typing import Any

import pytest
import torch
from tile_upscale_gpu.painter import Painter
from tile_upscale_gpu.prompts import BRACKET_FACTOR, CHUNK_TOKENS, MAX_TOKENS, parse_weights
from tile_upscale_gpu.request import parse
from tiny_painter import RecordingContext, make, paint, paint_one

# The tiny tokenizer spells: each letter is a token.
LONG = "x " * CHUNK_TOKENS


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("plain, text", [("plain, text", 1)]),
        ("a (red:1.3) car", [("a ", 1), ("red", 1.3), (" car", 1)]),
        ("(red : .5 )", [("red ", 0.5)]),
        ("((red))", [("red", BRACKET_FACTOR**2)]),
        ("[red]", [("red", 1 / BRACKET_FACTOR)]),
        ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 3), (" c", 1.5)]),
        (r"\(red\) \[x\] \\", [("(red) [x] \\", 1)]),
        ("at 10:30 :) or (", [("at 10:30 :) or (", 1)]),
        ("(a]b)", [("a]b", BRACKET_FACTOR)]),
        ("(ratio 16:9:1.2)", [("ratio 16:9", 1.2)]),
        ("(:1.2) ()", []),
        ("", []),
    ],
)
def test_weights_are_read_as_people_write_them(text: str, fragments: list[tuple[str, float]]) -> None:
    read = parse_weights(text)
    assert [one for one, _ in read] == [one for one, _ in fragments]
    assert [weight for _, weight in read] == pytest.approx([weight for _, weight in fragments], rel=1e-4)


def encode_plainly(painter: Painter, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    pipeline = painter.load().plain
    embeds, _, pooled, _ = pipeline.encode_prompt(text, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False)
    return embeds, pooled


def encode(painter: Painter, common: str, own: str = "") -> tuple[torch.Tensor, torch.Tensor]:
    prompts = painter.load().prompts
    return prompts.encode(prompts.plan(common, own))


@torch.inference_mode()
def test_short_text_without_weights_is_encoded_as_diffusers_does(painter: Painter) -> None:
    for text in ("", "sharp", "sharp, a red brick wall", "x" * CHUNK_TOKENS):
        for mine, plain in zip(encode(painter, text), encode_plainly(painter, text), strict=True):
            assert torch.equal(mine, plain)
    assert torch.equal(encode(painter, "sharp", "a red wall")[0], encode_plainly(painter, "sharp, a red wall")[0])


@torch.inference_mode()
def test_weight_moves_the_tokens_away_from_the_empty_text(painter: Painter) -> None:
    empty, plain = encode(painter, "")[0], encode(painter, "a b")[0]
    weighted = encode(painter, "a (b:1.5)")[0]
    expected = plain.clone()
    expected[:, 2] = empty[:, 2] + 1.5 * (plain - empty)[:, 2]
    assert torch.allclose(weighted, expected, atol=1e-5)


@torch.inference_mode()
def test_long_text_is_encoded_in_chunks(painter: Painter) -> None:
    embeds, _ = encode(painter, LONG + "y y")
    first, second = encode_plainly(painter, LONG.strip())[0], encode_plainly(painter, "y y")[0]
    assert torch.equal(embeds, torch.cat([first, second], dim=1))


@torch.inference_mode()
def test_own_text_is_whole_in_both_embeddings(painter: Painter) -> None:
    """The pooled embedding is made of 75 tokens: of the own text, and of as much of the common one as fits."""
    prompts = painter.load().prompts
    for n_common, n_own in ((10, 20), (100, 20), (700, 20), (700, 590), (3, MAX_TOKENS)):
        prompt = prompts.plan("x " * n_common, "y " * n_own)
        text = "".join(one for one, _ in prompt.fragments)
        assert text.count("y") == n_own
        assert prompts.count(prompt.fragments) <= MAX_TOKENS
        assert text.count("x") == n_common or prompts.count(prompt.fragments) >= MAX_TOKENS - 1
        assert bool(prompt.warnings) == (text.count("x") < n_common)
        assert prompt.pooled.count("y") >= min(n_own, CHUNK_TOKENS)


def paint_raw(painter: Painter, request: dict[str, Any]) -> dict[str, dict[str, Any]]:
    context = RecordingContext()
    painter.paint(parse(json.dumps(request).encode(), None, painter.settings).request, context)
    return context.results


def test_result_says_what_was_left_out(painter: Painter) -> None:
    request = make(tiles=2, global_prompt="x " * MAX_TOKENS)
    request["tiles"][1]["prompt"] = "y"
    results = paint_raw(painter, request)
    assert "warnings" not in results["0"]
    assert len(results["1"]["warnings"]) == 1 and str(MAX_TOKENS) in results["1"]["warnings"][0]


def test_own_text_that_is_too_long_fails_its_tile(painter: Painter) -> None:
    request = make(tiles=2)
    request["tiles"][1]["prompt"] = "y " * (MAX_TOKENS + 1)
    results = paint_raw(painter, request)
    assert results["0"]["success"] and not results["1"]["success"]
    assert f"{MAX_TOKENS + 1} tokens" in results["1"]["error"]


def test_end_of_a_long_prompt_changes_the_answer(painter: Painter) -> None:
    base = paint_one(painter, global_prompt=LONG + "sky")
    assert abs(paint_one(painter, global_prompt=LONG + "grass") - base).max() >= 1
    assert abs(paint_one(painter, global_prompt=LONG + "(sky:1.6)") - base).max() >= 1
    assert abs(paint_one(painter, negative_prompt=LONG + "sky") - paint_one(painter, negative_prompt=LONG)).max() >= 1


def test_tile_is_the_same_beside_one_with_a_longer_prompt(painter: Painter) -> None:
    request = make(tiles=3, negative_prompt="blurry")
    request["tiles"][1]["prompt"] = LONG
    request["tiles"][2]["negative_prompt"] = LONG + LONG
    together = paint(painter, request)
    for tile in request["tiles"]:
        assert abs(paint(painter, {**request, "tiles": [tile]})[tile["id"]] - together[tile["id"]]).max() <= 1


def test_each_distinct_prompt_is_encoded_once(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also over several batches; with another LoRA it is encoded again."""
    prompts = painter.load().prompts
    encode_prompt, asked = prompts.encode, []
    monkeypatch.setattr(prompts, "encode", lambda prompt: asked.append(prompt) or encode_prompt(prompt))
    request = make(tiles=9, global_prompt="new here")
    for tile in request["tiles"]:
        tile["prompt"] = "sky" if int(tile["id"]) % 2 else "grass"
    paint(painter, request)
    paint(painter, request)
    texts = sorted("".join(text for text, _ in prompt.fragments) for prompt in asked)
    assert [text for text in texts if text] == ["new here, grass", "new here, sky"]
    asked.clear()
    request["model_config"]["loras"] = [{"name": "style", "weight": 0.5}]
    paint(painter, request)
    assert len(asked) >= 2


@torch.inference_mode()
def test_any_text_is_encoded(painter: Painter) -> None:
    """Within the limit, finite, and never without an end."""
    dice, prompts = random.Random(3), painter.load().prompts
    letters = "ab ,.()[]:\\1.3 \n\t\u00e9\u6f22\U0001f642"
    for _ in range(150):
        common, own = ("".join(dice.choices(letters, k=dice.randint(0, n))) for n in (900, 200))
        prompt = prompts.plan(common, own)
        assert prompts.count(prompt.fragments) <= MAX_TOKENS
        embeds, pooled = prompts.encode(prompt)
        assert torch.isfinite(embeds).all() and torch.isfinite(pooled).all()
