# SPDX-License-Identifier: GPL-3.0-or-later
"""Describes tiles in words with a small vision model, such as BLIP. Loads from a local folder, never from a network."""

import logging

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from tile_upscale_gpu.job_context import CannotLoad
from tile_upscale_gpu.settings import CAPTION, Settings

log = logging.getLogger(__name__)

MAX_TOKENS = 60
MAX_CHARS = 1000


class Captioner:
    """One model on its device. Not thread-safe."""

    def __init__(self, settings: Settings, device: torch.device) -> None:
        assert settings.caption
        path = settings.locate(CAPTION, settings.caption)
        if not path.is_dir():
            raise CannotLoad(f"captions: there is no folder {path}; put the weights there, or set 'path' of [caption] or 'folder'")
        self.device = device
        self.dtype = getattr(torch, settings.dtype)
        self.processor = AutoProcessor.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        model = AutoModelForImageTextToText.from_pretrained(
            path, dtype=self.dtype, variant=settings.caption.variant, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
        self.model = model.to(device).eval()
        log.info("loaded the model of the captions on %s", device)

    def describe(self, picture: Image.Image) -> str:
        """Returns one line, "" if the model finds no words. The same picture always gets the same text."""
        with torch.inference_mode():
            inputs = self.processor(images=picture, return_tensors="pt").to(self.device, self.dtype)
            tokens = self.model.generate(**inputs, max_new_tokens=MAX_TOKENS, do_sample=False)
        text: str = self.processor.batch_decode(tokens, skip_special_tokens=True)[0]
        return " ".join(text.split())[:MAX_CHARS].rstrip()
