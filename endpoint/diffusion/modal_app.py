# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on Modal:

    modal setup                                                  # once: logs in
    modal run endpoint/diffusion/modal_app.py::download_weights  # once: fills the volume
    modal deploy endpoint/diffusion/modal_app.py                 # prints the URL for Tile Upscale's dialog

Settings come from settings.toml beside this file, or from the file that UPSCALE_GPU_SETTINGS names. Callers send a proxy token
(Modal-Key, Modal-Secret) or, if UPSCALE_TOKEN is set at deployment, that bearer token.
"""

import logging
import os
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import modal
from tile_upscale_gpu.auth_middleware import AuthMiddleware, AuthMode
from tile_upscale_gpu.job_context import GpuLost
from tile_upscale_gpu.jobs import Capacity
from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.settings import CAPTION, FILE_VARIABLE, TOKEN_VARIABLE, Weights, read_settings, read_token
from tile_upscale_gpu.store_jobs import Run, StoreJobs, paint_run, purge_ended
from tile_upscale_gpu.web import make_app

HERE = Path(__file__).parent
REMOTE_SETTINGS = "/root/settings.toml"
SETTINGS_FILE = Path(os.environ.get(FILE_VARIABLE) or HERE / "settings.toml")
# Time to load weights and to store the last results, added to the time limit of a batch.
MARGIN_S = 300

logging.basicConfig(level=logging.INFO)
try:
    settings = read_settings(SETTINGS_FILE)
except (OSError, ValueError) as error:
    sys.exit(f"modal_app: {error}. Copy settings.example.toml to settings.toml, or set {FILE_VARIABLE} to your file")
token = read_token()

app = modal.App("tile-upscale")
volume = modal.Volume.from_name(settings.modal.volume, create_if_missing=True)
weights_folder = {str(settings.folder): volume}
image = (
    modal.Image.debian_slim(python_version="3.12")
    .pip_install_from_pyproject(str(HERE / "pyproject.toml"))
    .env({FILE_VARIABLE: REMOTE_SETTINGS})
    .add_local_file(SETTINGS_FILE, REMOTE_SETTINGS)
    .add_local_python_source("tile_upscale_gpu")
)


class ModalStore:
    """A modal.Dict as a Store."""

    def __init__(self) -> None:
        self.dict = modal.Dict.from_name("tile-upscale-batches", create_if_missing=True)

    def get(self, key: str, default: Any = None) -> Any:
        return self.dict.get(key, default)

    def put(self, key: str, value: Any) -> None:
        self.dict.put(key, value)

    def put_new(self, key: str, value: Any) -> bool:
        return self.dict.put(key, value, skip_if_exists=True)

    def pop(self, key: str) -> None:
        self.dict.pop(key, None)

    def keys(self) -> Iterable[str]:
        return self.dict.keys()


def open_store() -> ModalStore:
    return ModalStore()


@app.cls(
    image=image,
    gpu=settings.modal.gpu,
    volumes=weights_folder,
    max_containers=settings.modal.max_containers,
    min_containers=settings.modal.min_containers,
    buffer_containers=settings.modal.buffer_containers,
    scaledown_window=settings.modal.scaledown_window_s,
    startup_timeout=settings.modal.startup_timeout_s,
    enable_memory_snapshot=settings.modal.memory_snapshot,
    region=settings.modal.region or None,
    timeout=settings.batch_timeout_s + MARGIN_S,
    # Retries are for lost containers only: a batch that fails by itself is stored as failed and returns.
    retries=2,
)
class Gpu:
    @modal.enter(snap=settings.modal.memory_snapshot)
    def load_libraries(self) -> None:
        """Comes before a snapshot, where no GPU is. torch and diffusers take seconds to load."""
        import tile_upscale_gpu.painter  # noqa: F401

    @modal.enter(snap=False)
    def load(self) -> None:
        from tile_upscale_gpu.painter import Painter

        self.painter = Painter(settings)
        self.painter.load()

    @modal.method()
    def paint(self, run: Run, request: Request) -> None:
        try:
            paint_run(self.painter, settings, open_store(), run, request)
        except GpuLost:
            logging.critical("this container ends", exc_info=True)
            os._exit(1)


class ModalCalls:
    """Modal's queue as Calls."""

    def spawn(self, run: Run, request: Request) -> str:
        return Gpu().paint.spawn(run, request).object_id

    def cancel(self, call_id: str) -> None:
        modal.FunctionCall.from_id(call_id).cancel()

    def find_failure(self, call_id: str) -> str | None:
        try:
            modal.FunctionCall.from_id(call_id).get(timeout=0)
        except TimeoutError:  # the built-in class: the call is still running
            return None
        except Exception as error:
            return f"the GPU container failed on this batch: {error or type(error).__name__}"
        return None


@app.function(
    image=image,
    volumes=weights_folder,
    secrets=[modal.Secret.from_dict({TOKEN_VARIABLE: token})] if token else [],
    scaledown_window=settings.modal.scaledown_window_s,
    region=settings.modal.region or None,
    # A request of the blocking route lasts as long as its batch.
    timeout=settings.batch_timeout_s + MARGIN_S,
)
@modal.concurrent(max_inputs=100)
@modal.asgi_app(requires_proxy_auth=not token)
def web() -> AuthMiddleware:
    """The front. Has no GPU and holds no state."""
    n = settings.modal.max_containers
    application = make_app(settings, StoreJobs(open_store(), ModalCalls()), lambda: Capacity(n, n, autoscales=True))
    return AuthMiddleware(application, AuthMode.TOKEN if token else AuthMode.PROXY, token)


@app.function(image=image, schedule=modal.Period(hours=1))
def purge_expired() -> int:
    """Deletes old batches from the store. Returns their number."""
    return purge_ended(open_store(), settings.batch_timeout_s + MARGIN_S, time.time())


@app.function(
    image=image,
    volumes=weights_folder,
    secrets=[modal.Secret.from_name(settings.modal.secret)] if settings.modal.secret else [],
    timeout=3600,
)
def download_weights() -> None:
    """Downloads weights that the settings name a repository for and that the volume lacks."""
    from huggingface_hub import snapshot_download

    groups: list[Mapping[str, Weights]] = [settings.models, settings.controlnets, settings.vaes, settings.loras]
    if settings.ip_adapter:
        groups.append({"ip_adapter": settings.ip_adapter})
    if settings.caption:
        groups.append({CAPTION: settings.caption})
    for name, weights in (item for group in groups for item in group.items()):
        if weights.repo:
            folder = settings.locate(name, weights)
            print(f"{weights.repo} -> {folder}", flush=True)
            snapshot_download(weights.repo, revision=weights.revision, local_dir=folder, allow_patterns=weights.files or None)
    volume.commit()
