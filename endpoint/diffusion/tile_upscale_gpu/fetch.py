# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu fetch`: brings weights from the Hugging Face hub, and says their sizes and licenses before."""

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.utils import filter_repo_objects

from tile_upscale_gpu.settings import CAPTION, Settings, Weights, find_settings, read_settings

GB = 1e9
HASHED_AT_ONCE = 1 << 24
GPU_MEMORY = "SDXL with a ControlNet needs a GPU with 8 GB of memory, and 16 GB for full speed."


class FetchError(Exception):
    """The message is a sentence with the remedy."""


@dataclass(frozen=True)
class File:
    name: str
    path: Path
    size: int
    sha256: str | None

    @property
    def is_there(self) -> bool:
        return self.path.is_file() and self.path.stat().st_size == self.size


@dataclass(frozen=True)
class Download:
    """An entry of the settings as the hub has it. `commit` keeps all files of one version."""

    name: str
    weights: Weights
    folder: Path
    commit: str
    license: str
    files: list[File]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def missing(self) -> int:
        return sum(file.size for file in self.files if not file.is_there)


def write_settings(path: Path, folder: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    recommended = (resources.files("tile_upscale_gpu") / "recommended.toml").read_text()
    head, _, tables = recommended.partition("\n\n")
    # JSON's strings are TOML's, too.
    path.write_text(f"{head}\n\nfolder = {json.dumps(str(folder))}\n\n{tables}")


def find_entries(settings: Settings, model: str) -> dict[str, Weights]:
    """The entries with a repository that the model needs. A model may take its folder from another one."""
    own = settings.models[model]
    place = settings.locate(model, own)
    groups: list[Mapping[str, Weights]] = [
        {name: other for name, other in settings.models.items() if settings.locate(name, other) == place},
        {own.vae: settings.vaes[own.vae]} if own.vae else {},
        {name: settings.controlnets[name] for name in settings.find_controlnets(own)},
        {name: settings.loras[name] for name in own.loras},
        {"ip_adapter": adapter} if (adapter := settings.find_ip_adapter(own)) else {},
        {CAPTION: settings.caption} if settings.caption else {},
    ]
    return {name: weights for group in groups for name, weights in group.items() if weights.repo}


def ask_hub(name: str, weights: Weights, folder: Path) -> Download:
    info = HfApi().model_info(weights.repo, revision=weights.revision, files_metadata=True)
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or []}
    names = filter_repo_objects(siblings, allow_patterns=weights.files or None)
    files = [File(one, folder / one, siblings[one].size or 0, lfs.sha256 if (lfs := siblings[one].lfs) else None) for one in names]
    card = info.card_data
    return Download(name, weights, folder, info.sha or "main", str(card.get("license") or "unknown") if card else "unknown", files)


def describe(downloads: list[Download], folder: Path) -> str:
    lines = [f"{one.name}: {one.weights.repo}, {one.size / GB:.1f} GB, license {one.license}" for one in downloads]
    missing = sum(one.missing for one in downloads)
    return "\n".join([*lines, GPU_MEMORY, f"{missing / GB:.1f} GB are missing in {folder}."])


def bring(download: Download) -> None:
    """Goes on where an earlier download stopped. Raises FetchError if a file is not the hub's."""
    for file in (one for one in download.files if not one.is_there):
        hf_hub_download(download.weights.repo, file.name, revision=download.commit, local_dir=download.folder)
        if file.sha256 and hash_file(file.path) != file.sha256:
            file.path.unlink()
            raise FetchError(f"{file.path} is not the file that the hub has, and was removed: run this command again")


def hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(HASHED_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def confirm(is_sure: bool) -> bool:
    if is_sure:
        return True
    if not sys.stdin.isatty():
        raise FetchError("nobody can be asked here: add --yes to download")
    return input("Download? [y/N] ").strip().lower() in ("y", "yes")


def fetch(model: str | None, settings_file: str | None, folder: Path | None, is_sure: bool) -> None:
    """Raises FetchError or ValueError."""
    path = find_settings(settings_file)
    is_new = not path.exists()
    if folder and not is_new:
        raise FetchError(f"{path} names the folder of the weights already: change it there")
    if is_new:
        write_settings(path, (folder or path.parent / "models").absolute())
        print(f"wrote {path}")
    settings = read_settings(path)
    model = model or settings.default_model
    if model not in settings.models:
        raise FetchError(f"there is no model '{model}' in {path}; it has {', '.join(settings.models)}")
    entries = find_entries(settings, model)
    try:
        downloads = [ask_hub(name, weights, settings.locate(name, weights)) for name, weights in entries.items()]
    # The hub's client raises the errors of its HTTP library, which is another one in each version.
    except Exception as error:
        use_what_is_there(settings, entries, error)
        return
    print(describe(downloads, settings.folder))
    bring_missing(downloads, settings.folder, is_sure)
    print("All weights are there. Start the service with: tile-upscale-gpu serve")


def bring_missing(downloads: list[Download], folder: Path, is_sure: bool) -> None:
    missing = [one for one in downloads if one.missing]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(folder).free) < (needed := sum(one.missing for one in missing)):
        raise FetchError(f"{folder} has {free / GB:.1f} GB left, and {needed / GB:.1f} GB are needed: make room, or use another folder")
    if not confirm(is_sure):
        raise FetchError("nothing was downloaded")
    try:
        for download in missing:
            bring(download)
    except FetchError:
        raise
    except Exception as error:
        raise FetchError(f"the download stopped: {error}. Run this command again: it goes on from here") from error


def use_what_is_there(settings: Settings, entries: Mapping[str, Weights], error: Exception) -> None:
    """Without a network the weights may have been copied to their folders."""
    absent = [place for name, weights in entries.items() if not any((place := settings.locate(name, weights)).glob("*"))]
    if absent:
        places = ", ".join(map(str, absent))
        raise FetchError(f"the hub can't be reached ({error}), and nothing is in {places}: copy the weights there") from error
    print(f"The hub can't be reached. The weights in {settings.folder} are used as they are: tile-upscale-gpu serve")
