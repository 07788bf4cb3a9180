# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints tiles in three stages, which overlap from group to group: decoding of pictures, the GPU's work, and encoding of PNG files.

Groups are halved when GPU memory is short.
"""

import contextlib
import logging
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch
from PIL import Image

from tile_upscale_gpu.captioner import Captioner
from tile_upscale_gpu.device import choose_devices, free_memory, is_gpu_lost, measure_memory
from tile_upscale_gpu.img2img import Img2Img, Source
from tile_upscale_gpu.job_context import GpuLost, JobContext, Result, Stopped
from tile_upscale_gpu.logs import current_batch
from tile_upscale_gpu.memory import is_shortage
from tile_upscale_gpu.messages import Request, Tile
from tile_upscale_gpu.metrics import RETRIES, TILES, measure_stage
from tile_upscale_gpu.model import Model
from tile_upscale_gpu.pictures import (
    PictureError,
    Place,
    TileSizes,
    from_canvas,
    plan_place,
    plan_sizes,
    read_reference,
    read_tile,
    to_canvas,
    write_tile,
)
from tile_upscale_gpu.prompts import PromptError
from tile_upscale_gpu.render_params import RenderParams
from tile_upscale_gpu.request import choose_group, target_size
from tile_upscale_gpu.settings import Settings
from tile_upscale_gpu.turns import Turns

log = logging.getLogger(__name__)


# Groups of one batch in hand: one at the GPU, and one that is decoded or encoded meanwhile.
N_IN_HAND = 2


@dataclass(frozen=True)
class Decoded:
    """A tile whose picture could be decoded."""

    tile: Tile
    sizes: TileSizes
    picture: Image.Image
    place: Place | None


@dataclass(frozen=True)
class Work:
    """A tile whose texts fit the model, too."""

    tile: Tile
    sizes: TileSizes
    source: Source


class Painter:
    """Holds one base model in memory and replaces it when a batch names another. paint() may be called in two threads at once."""

    def __init__(self, settings: Settings, device: torch.device | None = None) -> None:
        self.settings = settings
        self.device = device or choose_devices(settings.device)[0]
        self.model: Model | None = None
        self.captioner: Captioner | None = None
        # Number of tiles that last fitted into memory together, by canvas size.
        self.fitting: dict[tuple[int, int], int] = {}
        self.turns = Turns()

    def measure_memory(self) -> tuple[int, int]:
        return measure_memory(self.device)

    def load(self, name: str = "") -> Model:
        """Raises CannotLoad, or GpuLost when this process must end."""
        name = name or self.settings.default_model
        if self.model is None or self.model.name != name:
            with self._find_loss():
                self.model = None
                free_memory(self.device)
                self.model = Model(self.settings, name, self.device)
        return self.model

    def paint(self, request: Request, context: JobContext, done: Collection[str] = ()) -> None:
        """Paints every tile that is not in `done`. Raises Stopped, or GpuLost when this process must end."""
        groups = split([tile for tile in request.tiles if tile.id not in done], self.settings.unet_batch)
        with contextlib.ExitStack() as stack:
            tickets = [self.turns.ask() for _ in groups]
            for ticket in tickets:
                stack.callback(self.turns.leave, ticket)
            pool = ThreadPoolExecutor(N_IN_HAND, thread_name_prefix="group")
            stack.callback(pool.shutdown, cancel_futures=True)
            parts = [request.model_copy(update={"tiles": group}) for group in groups]
            for future in [pool.submit(self._paint_group, *part, context) for part in zip(tickets, parts, strict=True)]:
                future.result()

    def _paint_group(self, ticket: object, request: Request, context: JobContext) -> None:
        current_batch.set(request.batch_id)
        try:
            with self._find_loss():
                (self._describe if request.caption else self._paint)(ticket, request, context)
        finally:
            self.turns.leave(ticket)

    @contextlib.contextmanager
    def _find_loss(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            if is_gpu_lost(self.device):
                raise GpuLost(f"the GPU no longer answers: {error}") from error
            raise

    def _paint(self, ticket: object, request: Request, context: JobContext) -> None:
        """The three stages. Leaving the block of the writer waits for all files."""
        params = self._make_render_params(request, context)
        if params is None:
            return
        decoded = self._decode(request, context)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer") as writer:
            with self._take_turn(ticket, context):
                model = self._begin(request, context)
                written = self._paint_decoded(model, params, request, decoded, context, writer)
            for future in written:
                future.result()

    @contextlib.contextmanager
    def _take_turn(self, ticket: object, context: JobContext) -> Iterator[None]:
        with self.turns.take(ticket):
            if context.is_stopped():
                raise Stopped
            yield

    def _begin(self, request: Request, context: JobContext) -> Model:
        model = self.load(request.model_config_.base_model or "")
        context.begin()
        return model

    def _paint_decoded(
        self, model: Model, params: RenderParams, request: Request, decoded: list[Decoded], context: JobContext, writer: Executor
    ) -> "list[Future[None]]":  # fmt: skip
        works = self._plan_texts(model, request, decoded, context)
        img2img = Img2Img(model, params, {text for work in works for text in (work.source.prompt, work.source.negative_prompt)})
        groups: dict[tuple[tuple[int, int], int], list[Work]] = {}
        for work in works:
            groups.setdefault((work.sizes.canvas, img2img.measure_prompts(work.source)), []).append(work)
        return [
            future
            for (canvas, _), group in groups.items()
            for future in self._paint_alike(img2img, group, canvas, context, writer)
        ]  # fmt: skip

    def _describe(self, ticket: object, request: Request, context: JobContext) -> None:
        with self._take_turn(ticket, context):
            self.captioner = self.captioner or Captioner(self.settings, self.device)
            context.begin()
            for tile in request.tiles:
                if context.is_stopped():
                    raise Stopped
                context.add(_make_caption(self.captioner, tile))

    def _make_render_params(self, request: Request, context: JobContext) -> RenderParams | None:
        try:
            file = request.ip_adapter_image_bytes
            reference = read_reference(file.root) if file and request.ip_adapter_enabled else None
        except PictureError as error:
            for tile in request.tiles:
                context.add(Result.failed(tile.id, tile.seed, f"the reference picture can't be used: {error}"))
            return None
        return RenderParams.make(request, reference, self.settings)

    def _decode(self, request: Request, context: JobContext) -> list[Decoded]:
        decoded = []
        for tile in request.tiles:
            try:
                with measure_stage("read"):
                    decoded.append(_decode_tile(request, tile))
            except PictureError as error:
                _fail(tile, error, context)
        return decoded

    def _plan_texts(self, model: Model, request: Request, decoded: list[Decoded], context: JobContext) -> list[Work]:
        works = []
        for one in decoded:
            try:
                prompt = model.prompts.plan(request.global_prompt, one.tile.prompt or "")
                negative_prompt = model.prompts.plan(request.negative_prompt, one.tile.negative_prompt or "")
            except PromptError as error:
                _fail(one.tile, error, context)
            else:
                works.append(Work(one.tile, one.sizes, Source(one.picture, one.tile.seed, prompt, negative_prompt, one.place)))
        return works

    def _paint_alike(
        self, img2img: Img2Img, works: list[Work], canvas: tuple[int, int], context: JobContext, writer: Executor
    ) -> "list[Future[None]]":  # fmt: skip
        written: list[Future[None]] = []

        def attempt(part: list[Work]) -> None:
            written.append(_paint_together(img2img, part, context, writer))

        def give_up(work: Work) -> None:
            size = f"{canvas[0]}x{canvas[1]} px"
            error = f"the GPU's memory does not hold one tile of {size}: choose smaller tiles or a smaller generation size"
            context.add(Result.failed(work.tile.id, work.tile.seed, error))
            TILES.labels("failed").inc()

        first = self.fitting.get(canvas, self.settings.unet_batch)
        self.fitting[canvas] = paint_in_parts(works, first, attempt, img2img.model.relieve, give_up, self.device)
        return written


def split(tiles: Sequence[Tile], size: int) -> list[list[Tile]]:
    groups, left = [], list(tiles)
    while left:
        groups.append(choose_group(left, size))
        taken = {tile.id for tile in groups[-1]}
        left = [tile for tile in left if tile.id not in taken]
    return groups


def _fail(tile: Tile, error: Exception, context: JobContext) -> None:
    context.add(Result.failed(tile.id, tile.seed, f"tile {tile.id}: {error}"))
    TILES.labels("failed").inc()


def _make_caption(captioner: Captioner, tile: Tile) -> Result:
    started = time.monotonic()
    try:
        caption = captioner.describe(read_tile(tile.image, tile.width, tile.height))
    except PictureError as error:
        return Result.failed(tile.id, tile.seed, f"tile {tile.id}: {error}")
    except RuntimeError as error:
        if not is_shortage(error):
            raise
        return Result.failed(tile.id, tile.seed, "the GPU's memory does not hold the model of the captions beside the others")
    if not caption:
        return Result.failed(tile.id, tile.seed, "the model finds no words for this tile")
    return Result.make(tile.id, success=True, caption=caption, seconds=round(time.monotonic() - started, 3))


def paint_in_parts(
    works: list[Work],
    size: int,
    attempt: Callable[[list[Work]], None],
    relieve: Callable[[], bool],
    give_up: Callable[[Work], None],
    device: torch.device,
) -> int:
    """Attempts `size` tiles at a time. When memory is short, halves `size`, then frees memory. Returns the size that fitted."""
    left = list(works)
    while left:
        part = left[:size]
        try:
            attempt(part)
        except RuntimeError as error:
            if not is_shortage(error):
                raise
        else:
            left = left[len(part) :]
            continue
        # Must run after the handler: its traceback keeps the tensors of the failed attempt alive.
        RETRIES.inc()
        free_memory(device)
        if len(part) == 1:
            if not relieve():
                give_up(left.pop(0))
        else:
            size = math.ceil(len(part) / 2)
            log.warning("out of GPU memory with %d tiles at once: going on with %d", len(part), size)
    return size


def _decode_tile(request: Request, tile: Tile) -> Decoded:
    sizes = plan_sizes(target_size(request, (tile.width, tile.height)), request.gen_params.gen_res or 0)
    picture = to_canvas(read_tile(tile.image, tile.width, tile.height), sizes)
    whole = (request.picture_width, request.picture_height)
    place = plan_place((tile.x, tile.y), (whole[0], whole[1]), sizes) if whole[0] and whole[1] else None
    return Decoded(tile, sizes, picture, place)


def _paint_together(img2img: Img2Img, works: list[Work], context: JobContext, writer: Executor) -> "Future[None]":
    def stop_if_unwanted() -> None:
        if context.is_stopped():
            raise Stopped

    started = time.monotonic()
    stop_if_unwanted()
    pictures = img2img.run([work.source for work in works], stop_if_unwanted)
    seconds = (time.monotonic() - started) / len(works)
    for work in works:
        log.info("tile %r: %.2f s, painted with %d at once", work.tile.id, seconds, len(works))
    return writer.submit(_write, works, pictures, seconds, context)


def _write(works: list[Work], pictures: list[Image.Image | None], seconds: float, context: JobContext) -> None:
    for work, picture in zip(works, pictures, strict=True):
        with measure_stage("png"):
            result = _make_result(work, picture, seconds)
        context.add(result)
        TILES.labels("painted" if picture else "failed").inc()


def _make_result(work: Work, picture: Image.Image | None, seconds: float) -> Result:
    tile = work.tile
    if picture is None:
        return Result.failed(tile.id, tile.seed, "the model's answer is not a picture (not a number): try float32 or another VAE")
    image = write_tile(from_canvas(picture, work.sizes))
    width, height = work.sizes.target
    warnings = dict.fromkeys((*work.source.prompt.warnings, *work.source.negative_prompt.warnings))
    told = {"warnings": list(warnings)} if warnings else {}
    return Result.make(tile.id, success=True, image=image, width=width, height=height, seed=tile.seed, seconds=round(seconds, 3), **told)
