# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a picture that are painted otherwise: a strength map, regions, and texts of single tiles."""

from contextlib import ExitStack
from typing import Any

import pytest
from comfyui_server import ComfyuiServer
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import SCRIPTS, Gimp
from PIL import Image
from sdapi_server import SdapiServer
from sdcpp_server import SdcppServer

RESULT_WIDTH = 400
BOUNDARY = 200  # of the map, in px of the result
REACH_PX = 4  # of the cubic sampler, in px of the result


def brighten(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: min(255, value + 40))


# The functions of scripts/where.py. One session of GIMP runs all but the last, each with an endpoint of its own.
CASES = ["eight_bits", "sixteen_bits", "linear_floats", "gray_channel", "gray_mask", "gray_layer", "regions", "tile_prompts", "refusals",
         "beyond_white"]  # fmt: skip
REPEAT = "repeat"
SAME_NAMES = "same_names"


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("where"))


Told = tuple[Any, EchoEndpoint]


def run(gimp: Gimp, cases: list[str], **environment: str) -> dict[str, Told]:
    """Returns what each case told, and its endpoint."""
    with ExitStack() as stack:
        endpoints = {case: stack.enter_context(EchoEndpoint(Behavior(change=brighten))) for case in cases}
        urls = {case: endpoint.url for case, endpoint in endpoints.items()}
        outcome = gimp.run(SCRIPTS / "where.py", {"cases": urls}, UPSCALE_ENDPOINTS=urls[cases[0]], **environment)
    assert set(cases) <= set(outcome.values), str(outcome)
    return {case: (outcome.values[case], endpoint) for case, endpoint in endpoints.items()}


@pytest.fixture(scope="module")
def ran(gimp: Gimp) -> dict[str, Told]:
    return run(gimp, CASES)


def strengths(endpoint: EchoEndpoint) -> dict[int, set[float]]:
    """The strengths with which each tile was sent."""
    sent: dict[int, set[float]] = {}
    for request in endpoint.requests:
        for tile in request["tiles"]:
            sent.setdefault(tile["index"], set()).add(round(request["gen_params"]["strength"], 4))
    return sent


@pytest.mark.parametrize(("case", "precision", "levels"), [("eight_bits", "u8-non-linear", 64), ("sixteen_bits", "u16-non-linear", 5000),
                                                            ("linear_floats", "float-linear", 5000)])  # fmt: skip
def test_map_mixes_in_the_precision_of_the_layer(ran: dict[str, Told], case: str, precision: str, levels: int) -> None:
    told, endpoint = ran[case]
    assert told["precision"] == precision
    assert told["painted"] > 0.1, "nothing was painted"
    assert told["white_is_plain"], "a white map changes pixels"
    first, last = told["differs_from_base"]
    assert BOUNDARY - REACH_PX <= first <= BOUNDARY + REACH_PX and last == RESULT_WIDTH - 1
    first, last = told["differs_from_plain"]
    assert first == 0 and BOUNDARY - REACH_PX <= last <= BOUNDARY + REACH_PX
    assert told["levels"] > levels, "the result has fewer tones than its layer"
    assert len(endpoint.tiles) == told["tiles"], "a tile was sent for a map, although the store had it or the map is black there"


def test_numbers_beyond_white_are_white(ran: dict[str, Told]) -> None:
    apart, _ = ran["beyond_white"]
    assert apart["bright"] <= 1e-5 and apart["infinite"] <= 1e-5, "the map reaches beyond its edge, or paints nothing"
    assert apart["dark"] > 0.1 and apart["nothing"] > 0.1, "what is no gray is painted"


def test_black_tiles_are_not_sent(ran: dict[str, Told]) -> None:
    told, endpoint = ran["gray_layer"]
    sent = strengths(endpoint)
    assert 0 < len(sent) < told["tiles"]
    assert all(tile["x"] + tile["width"] > 2 * 170 - REACH_PX for tile in endpoint.tiles)
    assert set.union(*sent.values()) == {0.15}


@pytest.mark.parametrize("case", ["gray_channel", "gray_mask"])
def test_gray_weakens(ran: dict[str, Told], case: str) -> None:
    told, endpoint = ran[case]
    sent = strengths(endpoint)
    assert len(sent) == told["tiles"]
    assert set.union(*sent.values()) == {0.15}


def test_regions_speak_to_their_tiles(ran: dict[str, Told]) -> None:
    _, endpoint = ran["regions"]
    for tile in endpoint.tiles:
        covers_sky, covers_house = tile["x"] < 60, tile["x"] + tile["width"] > RESULT_WIDTH - 60
        texts = ", ".join(text for text, is_there in [("clouds", covers_sky), ("red | brick", covers_house)] if is_there)
        assert tile.get("prompt", "") == texts
        assert tile.get("negative_prompt", "") == ("birds" if covers_sky else "")
        assert all((strength > 0.3) == covers_house for strength in strengths(endpoint)[tile["index"]])


def test_only_the_tile_with_a_new_text_is_sent_again(ran: dict[str, Told]) -> None:
    told, endpoint = ran["tile_prompts"]
    assert len(endpoint.tiles) == told["first"] + 1
    last = endpoint.tiles[-1]
    assert (last["row"], last["col"], last["prompt"]) == (0, 1, "a window")
    assert [tile["negative_prompt"] for tile in endpoint.tiles if (tile["row"], tile["col"]) == (1, 0)] == ["people"]


def test_recipe_names_the_parts(gimp: Gimp) -> None:
    told, _ = run(gimp, [REPEAT])[REPEAT]
    assert "strength-map=halves\n" in told["recipe"]
    assert "regions=halves | moss\n" in told["recipe"]
    assert "tile-prompts=1,1 | fern\n" in told["recipe"]
    assert told["same"], "the repeated recipe paints something else"
    assert told["gone"] == "execution-error"
    assert "its strength map is gone" in told["message"]


def test_names_of_several_are_refused(gimp: Gimp) -> None:
    told, _ = run(gimp, [SAME_NAMES])[SAME_NAMES]
    words = "Several channels, layers or layer masks are called 'Sky'"
    assert words in told["region"]
    assert told["again"] == "execution-error", "the recipe took a map that it was not made with"
    assert words in told["message"]


def test_impossible_parts_are_refused_in_words(ran: dict[str, Told]) -> None:
    told, endpoint = ran["refusals"]
    assert not endpoint.tiles
    words = ["not in the layer's image", "no channel, layer or layer mask 'Moon'", "| nothing: write a region", "strength from 0 to 1",
             "row,column", "two lines"]  # fmt: skip
    for message, expected in zip(told["messages"], words, strict=True):
        assert expected in message


PAINTS = "KSampler"  # the node of ComfyUI that does
Sent = list[tuple[str, str, float]]  # prompt, negative prompt and strength of each tile


def read_tile_batches(endpoint: EchoEndpoint) -> Sent:
    """The contract appends a tile's own texts to those of the picture after a comma."""

    def join(request: dict[str, Any], common: str, tile: dict[str, Any], own: str) -> str:
        return ", ".join(filter(None, (request[common], tile.get(own))))

    return [
        (join(request, "global_prompt", tile, "prompt"), join(request, "negative_prompt", tile, "negative_prompt"), strength)
        for request in endpoint.requests
        for strength in [request["gen_params"]["strength"]]
        for tile in request["tiles"]
    ]


def read_graph(graph: dict[str, Any]) -> tuple[str, str, float]:
    (sampler,) = (node["inputs"] for node in graph.values() if node["class_type"] == PAINTS)
    prompt, negative_prompt = (graph[sampler[name][0]]["inputs"]["text"] for name in ("positive", "negative"))
    return prompt, negative_prompt, sampler["denoise"]


def round_and_sort(sent: Sent) -> Sent:
    return sorted((prompt, negative_prompt, round(strength, 4)) for prompt, negative_prompt, strength in sent)


def test_each_kind_of_server_gets_the_tiles_own_texts_and_strength(gimp: Gimp) -> None:
    """The small pictures by which the plug-in tries a server have no texts."""
    with EchoEndpoint() as ours, SdapiServer() as sdapi, SdcppServer() as sdcpp, ComfyuiServer() as comfyui:
        cases = {"tile_batch": ours.url, "sdapi": sdapi.address, "sdcpp": sdcpp.address, "comfyui": comfyui.address}
        told = gimp.run(SCRIPTS / "where.py", {"cases": cases}, UPSCALE_ENDPOINTS=ours.url).values
        expected = round_and_sort(read_tile_batches(ours))
        bodies = {
            "sdapi": [(body["prompt"], body["negative_prompt"], body["denoising_strength"]) for body in sdapi.bodies],
            "sdcpp": [(body["prompt"], body["negative_prompt"], body["strength"]) for body in sdcpp.bodies],
            "comfyui": [read_graph(graph) for graph in comfyui.graphs if PAINTS in str(graph)],
        }
    assert {case: told[case]["status"] for case in cases} == dict.fromkeys(cases, "success"), told
    assert len(expected) == told["tile_batch"]["tiles"]
    assert ("a photo, a door", "blur, people", 0.3) in expected, "the first tile lies left of the region"
    assert ("a photo, moss", "blur, ants", 0.6) in expected, "tiles at the right lie in the region"
    for kind, sent in bodies.items():
        assert round_and_sort([texts for texts in sent if "blur" in texts[1]]) == expected, kind
