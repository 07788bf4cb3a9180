# SPDX-License-Identifier: GPL-3.0-or-later
# Made from endpoint/tile-batch.schema.json by endpoint/diffusion/make_messages.py: change the schema, not this file.

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Controlnet(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    enabled: bool
    model: str | None = None
    conditioning_scale: Annotated[float | None, Field(ge=0.0)] = None
    guidance_start: Annotated[float | None, Field(ge=0.0, le=1.0)] = None
    guidance_end: Annotated[float | None, Field(ge=0.0, le=1.0)] = None


class Lora(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    name: Annotated[str, Field(min_length=1)]
    weight: float


class ModelConfig(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    base_model: str | None = None
    controlnet: Controlnet | None = None
    loras: list[Lora] | None = None


class Warning(RootModel[str]):
    root: Annotated[str, Field(min_length=1)]


class Sampler(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    name: Annotated[str, Field(min_length=1)]
    max_steps: Annotated[int | None, Field(ge=1)] = None


class ModelDetails(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    name: Annotated[str, Field(min_length=1)]
    family: str | None = None
    native_px: Annotated[int | None, Field(ge=1)] = None
    default_steps: Annotated[int | None, Field(ge=1)] = None
    default_cfg_scale: Annotated[float | None, Field(ge=0.0)] = None
    default_sampler: str | None = None
    samplers: list[Sampler] | None = None
    prompt_tokens: Annotated[int | None, Field(ge=1)] = None


class Problem(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    type: str | None = None
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(min_length=1)]


class Side(RootModel[int]):
    root: Annotated[int, Field(ge=1, le=16384)]


class Base64(RootModel[str]):
    root: Annotated[
        str,
        Field(
            json_schema_extra={"contentEncoding": "base64"},
            pattern="^[A-Za-z0-9+/]*={0,2}$",
        ),
    ]


class Tile(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    id: Annotated[
        str, Field(max_length=200, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]*$")
    ]
    index: Annotated[int, Field(ge=0)]
    row: Annotated[int, Field(ge=0)]
    col: Annotated[int, Field(ge=0)]
    x: Annotated[int, Field(ge=0)]
    y: Annotated[int, Field(ge=0)]
    width: Annotated[int, Field(ge=1, le=16384)]
    height: Annotated[int, Field(ge=1, le=16384)]
    image: Annotated[
        str,
        Field(
            json_schema_extra={"contentEncoding": "base64"},
            pattern="^[A-Za-z0-9+/]*={0,2}$",
        ),
    ]
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: Annotated[int, Field(ge=0, le=9007199254740991)]


class GenParams(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    strength: Annotated[float | None, Field(ge=0.0, le=1.0)] = None
    steps: Annotated[int | None, Field(ge=1)] = None
    cfg_scale: Annotated[float | None, Field(ge=0.0)] = None
    seed: Annotated[int | None, Field(ge=0, le=9007199254740991)] = None
    sampler: str | None = None
    gen_res: Annotated[int | None, Field(ge=0)] = None


class Result(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    id: Annotated[
        str, Field(max_length=200, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]*$")
    ]
    success: bool
    image: Base64 | None = None
    width: Annotated[int | None, Field(ge=1, le=16384)] = None
    height: Annotated[int | None, Field(ge=1, le=16384)] = None
    seed: Annotated[int | None, Field(ge=0, le=9007199254740991)] = None
    seconds: Annotated[float | None, Field(ge=0.0)] = None
    warnings: list[Warning] | None = None
    caption: Annotated[str | None, Field(max_length=1000, min_length=1)] = None
    error: str | None = None


class Health(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    protocol: Literal[1]
    identity: Annotated[str, Field(min_length=1)]
    version: str | None = None
    about: str | None = None
    max_tiles: Annotated[int | None, Field(ge=1)] = None
    max_body_bytes: Annotated[int | None, Field(ge=0)] = None
    multiple_of: Annotated[int | None, Field(ge=1)] = None
    concurrency: Annotated[int | None, Field(ge=1)] = None
    queue: Annotated[int | None, Field(ge=0)] = None
    resizes: bool | None = None
    autoscales: bool | None = None
    uses_prompt: bool | None = None
    captions: bool | None = None
    price_per_hour: Annotated[float | None, Field(ge=0.0)] = None
    currency: str | None = None
    models: list[str] | None = None
    controlnets: list[str] | None = None
    loras: list[str] | None = None
    model_details: list[ModelDetails] | None = None


class Request(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    protocol: Literal[1]
    batch_id: Annotated[
        str, Field(max_length=200, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]*$")
    ]
    tiles: Annotated[list[Tile], Field(min_length=1)]
    model_config_: Annotated[ModelConfig, Field(alias="model_config")]
    gen_params: GenParams
    global_prompt: str
    negative_prompt: str
    ip_adapter_enabled: bool | None = None
    ip_adapter_image_bytes: Base64 | None = None
    ip_adapter_scale: Annotated[float | None, Field(ge=0.0)] = None
    target_width: Side | None = None
    target_height: Side | None = None
    picture_width: Annotated[int | None, Field(ge=1)] = None
    picture_height: Annotated[int | None, Field(ge=1)] = None
    caption: bool | None = None
    lease_s: Annotated[int | None, Field(ge=1, le=3600)] = None


class Answer(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
    )
    batch_id: Annotated[
        str, Field(max_length=200, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]*$")
    ]
    status: Literal["queued", "starting", "running", "completed", "failed", "cancelled"]
    success: bool
    error: str | None = None
    tiles_processed: Annotated[int, Field(ge=0)]
    results: list[Result]


class Messages(RootModel[Request]):
    root: Annotated[
        Request,
        Field(
            description="The messages of the wire contract in README.md. Unknown members are allowed everywhere and must be ignored.",
            title="Tile batches",
        ),
    ]
