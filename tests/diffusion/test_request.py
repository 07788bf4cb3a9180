# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of submitted batches, and the problem that each invalid one gets."""

import json
from typing import Any

import jsonschema
import pytest
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.render_params import RenderParams
from tile_upscale_gpu.request import parse
from tile_upscale_gpu.settings import Settings
from wire_client import check, encode, make_picture, make_request

SETTINGS = Settings.model_validate(
    {
        "models": {"a": {}, "b": {}, "few": {"sampler": "lcm", "steps": 4}},
        "controlnets": {"tile": {}},
        "loras": {"style": {}},
        "ip_adapter": {},
        "max_tiles": 4,
        "max_side_px": 512,
    }
)
BARE = Settings.model_validate({"models": {"a": {}}})


def refuse(settings: Settings = SETTINGS, **changes: Any) -> Problem:
    request = make_request()
    for name, value in changes.items():
        place = next((part for part in (request["gen_params"], request["model_config"]) if name in part), request)
        place[name] = value
    with pytest.raises(Problem) as caught:
        parse(json.dumps(request).encode(), None, settings)
    check(json.loads(caught.value.to_json()), "problem")
    return caught.value


def test_good_request_is_taken() -> None:
    request = make_request(tiles=3, lease_s=7)
    submission = parse(json.dumps(request).encode(), request["batch_id"], SETTINGS)
    assert submission.batch_id == request["batch_id"]
    assert submission.lease_s == 7
    assert [tile.seed for tile in submission.request.tiles] == [0, 1, 2]
    assert parse(json.dumps(make_request()).encode(), None, SETTINGS).lease_s == 120


def test_checksum_tells_bodies_apart() -> None:
    request = make_request()
    first, second = (parse(json.dumps({**request, "global_prompt": text}).encode(), None, SETTINGS) for text in ("a", "b"))
    assert first.checksum != second.checksum


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"null", b"7", b'{"protocol": 1', b"\xff\xfe"])
def test_what_is_no_object_is_400(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        parse(body, None, SETTINGS)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"protocol": 2}, 400, "protocol"),
        ({"protocol": "1"}, 422, "protocol"),
        ({"tiles": []}, 422, "tiles"),
        ({"tiles": make_request(tiles=5)["tiles"]}, 413, "4"),
        ({"base_model": "c"}, 422, "a, b"),
        ({"controlnet": {"enabled": True, "model": "depth"}}, 422, "tile"),
        ({"controlnet": {"enabled": True, "guidance_end": 1.5}}, 422, "guidance_end"),
        ({"loras": [{"name": "other", "weight": 1}]}, 422, "style"),
        ({"loras": [{"name": "style", "weight": "much"}]}, 422, "weight"),
        ({"sampler": "magic"}, 422, "euler"),
        ({"steps": 0}, 422, "steps"),
        ({"steps": 100000}, 422, "150"),
        ({"steps": 2.5}, 422, "steps"),
        ({"steps": 51, "sampler": "LCM"}, 422, "50"),
        ({"steps": 51, "sampler": "tcd"}, 422, "50"),
        ({"steps": 51, "base_model": "few"}, 422, "50"),
        ({"cfg_scale": float("nan")}, 400, "JSON"),
        ({"controlnet": {"enabled": True, "guidance_start": 0.5, "guidance_end": 0.5}}, 422, "guidance_start"),
        ({"controlnet": {"enabled": True, "guidance_start": 1.0}}, 422, "guidance_start"),
        ({"strength": 1.1}, 422, "strength"),
        ({"target_width": 1024}, 422, "512"),
        ({"gen_res": 1024}, 422, "512"),
        ({"tiles": [{**make_request()["tiles"][0], "height": 513}]}, 422, "512"),
        ({"lease_s": 4000}, 422, "lease_s"),
        ({"ip_adapter_enabled": True}, 422, "ip_adapter_image_bytes"),
        ({"ip_adapter_enabled": True, "ip_adapter_image_bytes": "not base64!"}, 422, "ip_adapter_image_bytes"),
    ],
    ids=str,
)
def test_refusals_name_the_field_or_the_limit(changes: dict[str, Any], status: int, word: str) -> None:
    problem = refuse(**changes)
    assert problem.status == status
    assert word in problem.detail


@pytest.mark.parametrize(
    "changes",
    [{"controlnet": {"enabled": True}}, {"ip_adapter_enabled": True, "ip_adapter_image_bytes": encode(make_picture())}],
)
def test_what_the_endpoint_lacks_is_422(changes: dict[str, Any]) -> None:
    request: dict[str, Any] = {"controlnet": {"enabled": False}, **changes}
    assert refuse(BARE, **request).status == 422


def test_steps_and_scale_of_the_model_are_defaults() -> None:
    settings = Settings.model_validate({"models": {"a": {}, "fast": {"sampler": "lcm", "steps": 4, "cfg_scale": 1}}})
    request = make_request()
    request["gen_params"] = {"strength": 0.5}
    request["model_config"] = {"base_model": "fast"}
    params = RenderParams.make(parse(json.dumps(request).encode(), None, settings).request, None, settings)
    assert (params.sampler, params.steps, params.cfg_scale) == ("lcm", 4, 1)


def test_default_steps_above_the_limit_of_a_sampler_are_refused() -> None:
    settings = Settings.model_validate({"models": {"a": {"steps": 60}}})
    request = make_request()
    request["gen_params"] = {"sampler": "lcm"}
    request["model_config"] = {}
    with pytest.raises(Problem, match="50"):
        parse(json.dumps(request).encode(), None, settings)


def test_names_of_samplers_are_read_in_any_case() -> None:
    request = make_request()
    request["gen_params"]["sampler"] = "DPM++ 2M Karras"
    assert parse(json.dumps(request).encode(), None, SETTINGS)


@pytest.mark.parametrize(
    ("field", "value"),
    [("width", 0), ("width", True), ("height", "64"), ("seed", 1 << 53), ("image", "<>"), ("id", "x" * 201), ("x", -1), ("prompt", 3)],
)
def test_broken_tiles_are_refused_as_the_schema_does(field: str, value: object) -> None:
    request = make_request()
    request["tiles"][0][field] = value
    with pytest.raises(jsonschema.ValidationError):
        check(request, "request")
    assert field in refuse(tiles=request["tiles"]).detail


@pytest.mark.parametrize(
    ("device", "is_known"), [("auto", True), ("cpu", True), ("cuda:1", True), ("xpu", True), ("gpu", False), ("cuda:", False)]
)
def test_device_that_torch_does_not_know_is_a_wrong_setting(device: str, is_known: bool) -> None:
    """A service that ends with the status of a lost GPU is started again and again."""
    settings = {"models": {"a": {}}, "device": device}
    if is_known:
        assert Settings.model_validate(settings).device == device
        return
    with pytest.raises(ValueError, match="device"):
        Settings.model_validate(settings)
