# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses and checks a submitted batch. Pictures are decoded later: a broken one fails its tile, not the batch."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pydantic
import pydantic_core

from tile_upscale_gpu.messages import Controlnet, Request, Tile
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.render_params import choose_model, control_range
from tile_upscale_gpu.settings import FamilyWeights, Settings

PROTOCOL = 1
DEFAULT_LEASE_S = 120


@dataclass(frozen=True)
class Submission:
    """A valid batch. The checksum tells the body from another one under the same id."""

    request: Request
    checksum: str

    @property
    def batch_id(self) -> str:
        return self.request.batch_id

    @property
    def lease_s(self) -> int:
        return self.request.lease_s or DEFAULT_LEASE_S


def parse(body: bytes, batch_id: str | None, settings: Settings) -> Submission:
    """Raises Problem. `batch_id` comes from the path and is None on the blocking route."""
    request = _validate(_load(body), settings.max_tiles)
    if batch_id is not None and batch_id != request.batch_id:
        raise Problem(422, "'batch_id' must be the one in the path")
    _check_tiles(request)
    _check_reference(request)
    _check_caption(request, settings)
    _check_names(request, settings)
    _check_cost(request, settings)
    return Submission(request, hashlib.sha256(body).hexdigest())


def choose_group(tiles: Sequence[Tile], size: int) -> list[Tile]:
    """Returns up to `size` of the tiles that are as large as the first one: only these go through the UNet together."""
    first = tiles[0]
    return [tile for tile in tiles if (tile.width, tile.height) == (first.width, first.height)][:size]


def target_size(request: Request, own: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a returned tile in px; `own` where the request does not set them."""
    width, height = request.target_width, request.target_height
    return (width.root if width else own[0], height.root if height else own[1])


def _load(body: bytes) -> dict[str, object]:
    try:
        data = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Problem(400, f"the body is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise Problem(400, "the body is not a JSON object")
    protocol = data.get("protocol")
    if isinstance(protocol, int) and protocol != PROTOCOL:
        raise Problem(400, f"protocol {protocol} is not spoken here; this endpoint speaks {PROTOCOL}")
    return data


def _validate(data: dict[str, object], max_tiles: int) -> Request:
    tiles = data.get("tiles")
    if isinstance(tiles, list) and len(tiles) > max_tiles:
        raise Problem(413, f"the batch holds {len(tiles)} tiles; send at most {max_tiles} at once")
    try:
        return Request.model_validate(data, strict=True)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem(422, f"'{place}': {first['msg']}") from error


def _check_tiles(request: Request) -> None:
    if len({tile.id for tile in request.tiles}) < len(request.tiles):
        raise Problem(422, "'id' must differ from tile to tile")


def _check_reference(request: Request) -> None:
    # The schema says this by if/then, which pydantic models can't express.
    if request.ip_adapter_enabled and request.ip_adapter_image_bytes is None:
        raise Problem(422, "'ip_adapter_image_bytes' must hold a picture when 'ip_adapter_enabled' is true")


def _check_caption(request: Request, settings: Settings) -> None:
    if request.caption and settings.caption is None:
        raise Problem(422, "'caption': this endpoint has no model that describes tiles; name one as [caption] in its settings")


def _check_names(request: Request, settings: Settings) -> None:
    config = request.model_config_
    _check_name("model_config.base_model", config.base_model, settings.models)
    model = choose_model(request, settings)
    for lora in config.loras or []:
        _check_name("model_config.loras", lora.name, settings.loras)
        _check_family("model_config.loras", lora.name, settings.loras[lora.name], model)
    if config.controlnet and config.controlnet.enabled:
        if not settings.find_controlnets(model):
            raise Problem(422, "'model_config.controlnet': this endpoint has no ControlNet for this model; switch it off")
        if name := config.controlnet.model:
            _check_name("model_config.controlnet.model", name, settings.controlnets)
            _check_family("model_config.controlnet.model", name, settings.controlnets[name], model)
        _check_guidance(config.controlnet)
    if request.ip_adapter_enabled and settings.find_ip_adapter(model) is None:
        raise Problem(422, "'ip_adapter_enabled': this endpoint has no IP-Adapter for this model; leave the reference picture out")
    _check_name("gen_params.sampler", (request.gen_params.sampler or "").lower(), model.limits.samplers)


def _check_name(field: str, name: str | None, known: Collection[str]) -> None:
    if name and name not in known:
        raise Problem(422, f"'{field}': '{name}' is not here; this endpoint has {', '.join(known) or 'none'}")


def _check_family(field: str, name: str, weights: FamilyWeights, model: FamilyWeights) -> None:
    if weights.family != model.family:
        raise Problem(422, f"'{field}': '{name}' is for models of the family {weights.family}, and this one is {model.family}")


def _check_guidance(control: Controlnet) -> None:
    start, end = control_range(control)
    if start >= end:
        raise Problem(422, "'model_config.controlnet.guidance_start' must be less than 'guidance_end'")


def _check_cost(request: Request, settings: Settings) -> None:
    model = choose_model(request, settings)
    sampler = request.gen_params.sampler or model.sampler
    limit = settings.limit_steps(sampler)
    if (request.gen_params.steps or model.steps) > limit:
        raise Problem(422, f"'gen_params.steps' must be at most {limit} here with the sampler '{sampler}'")
    width, height = target_size(request, (0, 0))
    sides = {
        "target_width": width,
        "target_height": height,
        "gen_params.gen_res": request.gen_params.gen_res or 0,
        "tiles.width": max(tile.width for tile in request.tiles),
        "tiles.height": max(tile.height for tile in request.tiles),
    }
    for field, side in sides.items():
        if side > settings.max_side_px:
            raise Problem(422, f"'{field}': this endpoint paints at most {settings.max_side_px} px; choose smaller tiles")
