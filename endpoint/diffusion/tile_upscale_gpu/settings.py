# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's settings: weights, limits and prices, read from one TOML file."""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tile_upscale_gpu import VERSION
from tile_upscale_gpu.prompts import MAX_TOKENS, T5_TOKENS
from tile_upscale_gpu.samplers import SAMPLERS, find_sampler

FILE_VARIABLE = "UPSCALE_GPU_SETTINGS"
TOKEN_VARIABLE = "UPSCALE_TOKEN"
SAMPLED_BYTES = 1 << 20
# Name of the folder of [caption], unless it has a path.
CAPTION = "caption"
# Raise when a request gives other pixels than before.
PAINTING = 2

Dtype = Literal["float32", "float16", "bfloat16"]
Profile = Literal["faithful", "fast", "draft"]
FamilyName = Literal["sdxl", "sd15", "flux"]


@dataclass(frozen=True)
class Limits:
    """Of a family's models: the side at which they were trained, the length of their prompts, and defaults of requests."""

    native_px: int = 1024
    prompt_tokens: int = MAX_TOKENS
    samplers: tuple[str, ...] = tuple(SAMPLERS)
    defaults: Mapping[str, object] = field(default_factory=dict)


LIMITS: dict[FamilyName, Limits] = {
    "sdxl": Limits(),
    "sd15": Limits(native_px=512),
    # Flows have a schedule of their own. cfg_scale is the guidance that the model was distilled with.
    "flux": Limits(prompt_tokens=T5_TOKENS, samplers=("euler",), defaults={"sampler": "euler", "steps": 28, "cfg_scale": 3.5}),
}


class Table(BaseModel):
    """A table of the file. A misspelt key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid")


class Weights(Table):
    """Folder of some weights, and the hub repository to download them from."""

    path: Path | None = Field(default=None, description="relative to `folder`; default: the entry's own name")
    repo: str = Field(default="", description="hub repository, for download_weights only")
    revision: str | None = None
    files: list[str] = Field(default=[], description="patterns of the files to download; default: all")
    variant: str | None = Field(default=None, description="part of the file names, such as fp16")


class FamilyWeights(Weights):
    """Weights that fit models of one family."""

    family: FamilyName = "sdxl"


class BaseModelWeights(FamilyWeights):
    """A model in diffusers' folder layout."""

    sampler: str = Field(default="dpm++ 2m karras", description="default of requests that name none")
    steps: int = Field(default=30, ge=1, description="likewise")
    cfg_scale: float = Field(default=6.0, ge=0, description="likewise")
    native_px: int | None = Field(default=None, ge=64, description="side at which the model was trained; default: its family's")
    clip_skip: Literal[1, 2] = Field(default=1, description="2 for SD 1.5 models that read the text encoder's last but one layer")
    vae: str = Field(default="", description="another VAE than the model's own, one of [vaes]")
    loras: dict[str, float] = Field(default={}, description="always active, such as a few-step LoRA")

    @model_validator(mode="before")
    @classmethod
    def _take_defaults(cls, data: dict[str, Any]) -> dict[str, Any]:
        limits = LIMITS.get(data.get("family", "sdxl"))
        return {**limits.defaults, **data} if limits else data

    @property
    def limits(self) -> Limits:
        return LIMITS[self.family]


class VaeWeights(Weights):
    """Such as one for half precision, which is faster."""

    dtype: Dtype | None = Field(default=None, description="default: vae_dtype")


class LoraWeights(FamilyWeights):
    """`path` is the file, or its folder."""

    weight_name: str | None = Field(default=None, description="name of the file, if the folder holds several")


class IpAdapterWeights(FamilyWeights):
    weight_name: str = "ip-adapter.safetensors"
    image_encoder: Path = Path("image_encoder")


class Gpu(Table):
    """The GPU and its cost, for the health answer."""

    name: str = ""
    price_per_hour: float | None = Field(default=None, ge=0)
    currency: str = "USD"

    def describe(self) -> str | None:
        """Returns a sentence for users, or None if nothing is set."""
        price = "" if self.price_per_hour is None else f"{self.price_per_hour:.2f} {self.currency} an hour"
        return f"Paints on: {', '.join(filter(None, (self.name, price)))}." if self.name or price else None


class Modal(Table):
    gpu: str = "A10G"
    volume: str = "tile-upscale-weights"
    max_containers: int = Field(default=9, ge=1)
    min_containers: int = Field(default=0, ge=0, description="containers that stay, and cost, without work")
    buffer_containers: int = Field(default=0, ge=0, description="idle containers to start beside busy ones")
    scaledown_window_s: int = Field(default=60, ge=2, le=1200)
    startup_timeout_s: int = Field(default=1200, ge=1, description="time to start and to load weights")
    memory_snapshot: bool = Field(default=False, description="start from a snapshot of the loaded libraries")
    region: str = Field(default="", description="such as eu or us-east; default: any")
    secret: str = Field(default="", description="a Modal secret with HF_TOKEN, for weights behind a license")


class Ray(Table):
    num_gpus: float = Field(default=1, ge=0)
    num_cpus: float = Field(default=1, ge=0)
    min_replicas: int = Field(default=0, ge=0)
    max_replicas: int = Field(default=4, ge=1)
    idle_s: float = Field(default=60, ge=0, description="a replica without work ends after this time")


class Draft(Table):
    """Changes that the profile `draft` makes to all models."""

    lora: str = Field(description="a few-step LoRA, one of [loras]")
    weight: float = 1.0
    sampler: str = "lightning"
    steps: int = Field(default=4, ge=1)
    cfg_scale: float = Field(default=1.0, ge=0)
    vae: str = Field(default="", description="a tiny VAE, one of [vaes]; default: the model's")


class Settings(Table):
    folder: Path = Path("/models")
    models: dict[str, BaseModelWeights] = Field(min_length=1, description="the first is the default")
    controlnets: dict[str, FamilyWeights] = Field(default={}, description="the first of a model's family is its default")
    vaes: dict[str, VaeWeights] = {}
    loras: dict[str, LoraWeights] = {}
    ip_adapter: IpAdapterWeights | None = None
    caption: Weights | None = Field(default=None, description="a vision model that describes tiles, such as BLIP")

    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|(cuda|xpu)(:\d+)?)$",
        description="torch's name of a device; auto: cuda (also ROCm), xpu or mps",
    )
    dtype: Dtype = "float16"
    # SDXL's own VAE overflows in float16 and shows bands in bfloat16.
    vae_dtype: Dtype = "float32"
    profile: Profile = Field(default="faithful", description="fast: compiled and fused; draft: also few steps and a tiny VAE, see [draft]")
    draft: Draft | None = None
    unet_batch: int = Field(default=8, ge=1, description="tiles that go through the UNet at once; halved when memory is short")

    max_tiles: int = Field(default=64, ge=1)
    max_body_mib: int = Field(default=128, ge=1)
    max_jobs: int = Field(default=16, ge=1)
    max_kept_mib: int = Field(default=1024, ge=1)
    max_steps: int = Field(default=150, ge=1)
    max_side_px: int = Field(default=2048, ge=64)
    batch_timeout_s: int = Field(default=2400, ge=1)

    gpu: Gpu = Gpu()
    modal: Modal = Modal()
    ray: Ray = Ray()

    @model_validator(mode="after")
    def _apply_draft(self) -> "Settings":
        if self.profile != "draft":
            return self
        if self.draft is None:
            raise ValueError("the profile 'draft' needs a table [draft] that names a few-step LoRA")
        draft = self.draft
        for model in self.models.values():
            model.sampler, model.steps, model.cfg_scale = draft.sampler, draft.steps, draft.cfg_scale
            model.loras, model.vae = {**model.loras, draft.lora: draft.weight}, draft.vae or model.vae
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> "Settings":
        for name, model in self.models.items():
            if unknown := set(model.loras) - set(self.loras):
                raise ValueError(f"model '{name}' wants the LoRA '{unknown.pop()}', which is not in [loras]")
            if foreign := [lora for lora in model.loras if self.loras[lora].family != model.family]:
                raise ValueError(f"model '{name}' wants the LoRA '{foreign[0]}', which is for {self.loras[foreign[0]].family} models")
            if model.clip_skip != 1 and model.family != "sd15":
                raise ValueError(f"model '{name}' has 'clip_skip', which is for sd15 models")
            if model.vae and model.vae not in self.vaes:
                raise ValueError(f"model '{name}' wants the VAE '{model.vae}', which is not in [vaes]")
            if model.sampler.lower() not in (samplers := model.limits.samplers):
                raise ValueError(f"model '{name}' has the unknown sampler '{model.sampler}'; its family has {', '.join(samplers)}")
            if model.steps > (limit := self.limit_steps(model.sampler)):
                raise ValueError(f"model '{name}' has {model.steps} steps, and its sampler takes at most {limit}")
        return self

    def find_controlnets(self, model: BaseModelWeights) -> list[str]:
        return [name for name, weights in self.controlnets.items() if weights.family == model.family]

    def find_ip_adapter(self, model: BaseModelWeights) -> IpAdapterWeights | None:
        return self.ip_adapter if self.ip_adapter and self.ip_adapter.family == model.family else None

    def limit_steps(self, sampler: str) -> int:
        return min(self.max_steps, find_sampler(sampler).max_steps)

    def locate(self, name: str, weights: Weights) -> Path:
        return self.folder / (weights.path or name)

    @property
    def default_model(self) -> str:
        return next(iter(self.models))

    def make_identity(self) -> str:
        """Digest of all that changes the pixels: versions of service and libraries, weights, precision."""
        digest = hashlib.sha256()
        adapters = {"ip_adapter": self.ip_adapter} if self.ip_adapter else {}
        parts: tuple[Mapping[str, Weights], ...] = (self.models, self.controlnets, self.vaes, self.loras, adapters)
        for name, weights in (item for part in parts for item in part.items()):
            digest.update(f"{name}\0{weights.model_dump_json()}\0".encode())
            _digest_folder(digest, self.locate(name, weights))
        digest.update(f"{PAINTING} {self.profile} {self.dtype} {self.vae_dtype} {version('diffusers')} {version('torch')}".encode())
        return f"tile-upscale-gpu-{VERSION}-{digest.hexdigest()[:16]}"


def _digest_folder(digest: "hashlib._Hash", folder: Path) -> None:
    """Digests names, sizes and the first MiB of the files: a safetensors header lists every tensor, and reading all takes minutes."""
    files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        with path.open("rb") as file:
            beginning = file.read(SAMPLED_BYTES)
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + beginning)


def find_settings(path: str | Path | None = None) -> Path:
    """Returns the named file, the one that the environment variable names, or the user's own."""
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(path or os.environ.get(FILE_VARIABLE) or configuration / "tile-upscale-gpu" / "settings.toml")


def read_settings(path: str | Path | None = None) -> Settings:
    path = find_settings(path)
    if not path.exists():
        raise ValueError(f"there are no settings in {path}: `tile-upscale-gpu fetch` writes some, settings.example.toml shows all")
    try:
        return Settings.model_validate(tomllib.loads(Path(path).read_text()))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path}: {place}: {first['msg']}" if place else f"{path}: {first['msg']}") from error


def read_token() -> str:
    return os.environ.get(TOKEN_VARIABLE, "")
