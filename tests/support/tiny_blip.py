# SPDX-License-Identifier: GPL-3.0-or-later
"""A BLIP of a few hundred kilobytes with random weights, which says nonsense in plain words."""

from pathlib import Path

import torch
from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

SIDE_PX = 32
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]"]
WORDS = ["red", "green", "blue", "door", "sky", "a", "the", "of", "cat", "tree"]
PARTS = {"hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 4}


def make_processor(folder: Path) -> BlipProcessor:
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join([*SPECIAL, *WORDS]) + "\n")
    tokenizer = BertTokenizer(str(folder / "vocab.txt"), bos_token="[DEC]")
    return BlipProcessor(BlipImageProcessor(size={"height": SIDE_PX, "width": SIDE_PX}), tokenizer)


def make_captioner(folder: Path) -> None:
    torch.manual_seed(3)
    processor = make_processor(folder)
    special = {f"{name}_token_id": SPECIAL.index(token) for name, token in (("bos", "[DEC]"), ("sep", "[SEP]"), ("pad", "[PAD]"))}
    text = {**PARTS, **special, "eos_token_id": special["sep_token_id"], "vocab_size": len(SPECIAL) + len(WORDS), "projection_dim": 32}
    vision = {**PARTS, "image_size": SIDE_PX, "patch_size": 8, "projection_dim": 32}
    model = BlipForConditionalGeneration(BlipConfig(text_config=text, vision_config=vision, projection_dim=32))
    # Large weights, so that another picture gets other words.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.8)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
