# SPDX-License-Identifier: GPL-3.0-or-later
"""Gain of the local endpoint's networks over common filters, on photographs that they were not trained on.

`./run bench quality [FOLDER]`. Each picture is reduced by area, cubic and Lanczos, clean and as JPEG 85, and enlarged again. A gain is over
the best filter of the same case.
"""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _filters import Array, all_filters
from _scores import color_shift, psnr, ssim
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from wire_client import Client, LocalEndpoint, decode, encode, make_request  # noqa: E402

# GIMP's splash, and the photographs of the package budgie-backgrounds: the recipe of the training was chosen on others.
PLACES = ("/usr/share/gimp/3.0/images/gimp-splash.png", "/usr/share/backgrounds/budgie")
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
KERNELS = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
# Photographs of cameras are soft when seen pixel by pixel: they are reduced first, as those in SR benchmarks are.
LONGEST_PX = 1024
CROP_PX = 512
JPEG_QUALITY = 85
KINK_PX = 16


@dataclass
class Case:
    picture: str
    is_jpeg: bool
    best: float
    gain: float
    ssim_gain: float
    shift: float


def find_pictures(places: list[str]) -> list[Path]:
    found: list[Path] = []
    for place in map(Path, places):
        found += sorted(path for path in place.rglob("*") if path.suffix.lower() in ENDINGS) if place.is_dir() else [place]
    return [path for path in found if path.exists()]


def load(path: Path) -> Array:
    picture = Image.open(path).convert("RGB")
    shrink = max(picture.size) / LONGEST_PX
    if shrink > 1:
        picture = picture.resize((round(picture.width / shrink), round(picture.height / shrink)), Image.Resampling.BOX)
    width, height = (min(side, CROP_PX) // 8 * 8 for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return np.asarray(picture.crop((left, top, left + width, top + height)))


def by_area(large: Array, scale: int) -> Array:
    """Rounded once; Pillow rounds twice, upwards."""
    height, width, channels = large.shape
    means = large.reshape(height // scale, scale, width // scale, scale, channels).mean((1, 3))
    rounded: Array = np.rint(means).astype(np.uint8)
    return rounded


def reductions(large: Array, scale: int) -> Iterator[tuple[Array, bool]]:
    size = (large.shape[1] // scale, large.shape[0] // scale)
    smalls = [by_area(large, scale)] + [np.asarray(Image.fromarray(large).resize(size, kernel)) for kernel in KERNELS]
    for small in smalls:
        yield small, False
        file = io.BytesIO()
        Image.fromarray(small).save(file, "JPEG", quality=JPEG_QUALITY)
        yield np.asarray(Image.open(file).convert("RGB")), True


def enlarge(client: Client, small: Array, scale: int, model: str) -> Array:
    request = make_request()
    request["tiles"][0] |= {"image": encode(Image.fromarray(small)), "width": small.shape[1], "height": small.shape[0]}
    request |= {"target_width": scale * small.shape[1], "target_height": scale * small.shape[0]}
    request["model_config"]["base_model"] = model
    (result,) = client.finish(request)
    if not result["success"]:
        sys.exit(result["error"])
    return np.asarray(decode(result["image"]))


def hard_edges() -> Iterator[tuple[Array, int, int]]:
    """Straight edges in several directions, drawn exactly."""
    y, x = np.mgrid[0:1024, 0:1024] / 4 - 127.875
    for low, high in ((64, 192), (100, 156), (192, 64)):
        for degrees in (0, 10, 33, 45, 90):
            angle = np.deg2rad(degrees)
            side = np.where(x * np.cos(angle) + y * np.sin(angle) + 0.1 > 0, high, low)
            edge = np.rint(side.reshape(256, 4, 256, 4).mean((1, 3))).astype(np.uint8)
            yield np.repeat(edge[..., None], 3, 2), min(low, high), max(low, high)


def ringing(client: Client, scale: int, model: str) -> float:
    """Largest overshoot beyond the tones on both sides of a hard edge."""
    worst = 0
    for edge, low, high in hard_edges():
        # Where an oblique edge meets the picture's border, the mirrored edge makes a corner with it.
        result = enlarge(client, by_area(edge, scale), scale, model).astype(int)[KINK_PX:-KINK_PX, KINK_PX:-KINK_PX]
        worst = max(worst, result.max() - high, low - result.min())
    return worst


def measure(client: Client, path: Path, scale: int, models: list[str], totals: dict[str, list[float]]) -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {model: [] for model in models}
    large = load(path)
    for small, is_jpeg in reductions(large, scale):
        filtered = {name: enlarge_by(small, scale) for name, enlarge_by in all_filters().items()}
        scores = {name: psnr(result, large) for name, result in filtered.items()}
        best = max(scores.values())
        best_ssim = max(ssim(result, large) for result in filtered.values())
        for name, score in scores.items():
            totals.setdefault(name, []).append(score)
        for model in models:
            result = enlarge(client, small, scale, model)
            gain, ssim_gain = psnr(result, large) - best, ssim(result, large) - best_ssim
            cases[model].append(Case(path.stem, is_jpeg, best, gain, ssim_gain, color_shift(result, small)))
    return cases


def report(name: str, cases: list[Case]) -> None:
    for kind, chosen in (("", [c for c in cases if not c.is_jpeg]), (".jpeg", [c for c in cases if c.is_jpeg])):
        gains = [case.gain for case in chosen]
        print(f"{name}{kind}.db_over_best {np.mean(gains):.2f} dB")
        print(f"{name}{kind}.db_over_best_median {np.median(gains):.2f} dB")
        print(f"{name}{kind}.db_over_best_worst {min(gains):.2f} dB")
        print(f"{name}{kind}.ssim_over_best {np.mean([case.ssim_gain for case in chosen]):.4f} -")
        for picture in sorted({case.picture for case in chosen}):
            own = [case for case in chosen if case.picture == picture]
            print(f"{name}{kind}.picture.{picture} {np.mean([c.gain for c in own]):.2f} dB (filter: {np.mean([c.best for c in own]):.1f})")
    print(f"{name}.color_shift {max(case.shift for case in cases):.2f} tones", flush=True)


def main() -> None:
    pictures = find_pictures(sys.argv[1:] or list(PLACES))
    if not pictures:
        sys.exit("quality: found no pictures; name a folder that has some")
    build = Path(os.environ["UPSCALE_BUILD_FOLDER"])
    os.environ["UPSCALE_LOCAL_ENDPOINT"] = str(build / "endpoint" / "local" / "tile-upscale-endpoint")
    os.environ.setdefault("UPSCALE_LOCAL_MODELS", str(Path(__file__).parents[2] / "data" / "models"))
    with LocalEndpoint() as endpoint:
        client = endpoint.connect()
        models = [name for name in client.send("GET", "/v1/health").json["models"] if name != "resample"] or sys.exit(
            "quality: no networks"
        )
        for scale in (2, 4):
            totals: dict[str, list[float]] = {}
            cases: dict[str, list[Case]] = {model: [] for model in models}
            for path in pictures:
                for model, more in measure(client, path, scale, models, totals).items():
                    cases[model] += more
            for name, scores in totals.items():
                print(f"quality.{scale}x.filter.{name} {np.mean(scores):.2f} dB")
            for model in models:
                report(f"quality.{scale}x.{model}", cases[model])
                print(f"quality.{scale}x.{model}.ringing {ringing(client, scale, model)} tones", flush=True)


main()
