# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes prompts of any length with compel: in chunks of CLIP's 77 tokens, each token with its weight."""

import re
from collections.abc import Sequence
from typing import Any

import torch
from compel import EmbeddingsProvider, ReturnedEmbeddingsType, SplitLongTextMode

from tile_upscale_gpu.prompts import CHUNK_TOKENS, MAX_TOKENS, T5_TOKENS, Fragments, Prompt, PromptError, join, merge, parse_weights


class PromptEncoder:
    """Plans and encodes prompts with the text encoders of a pipeline, whose embeddings are put side by side."""

    def __init__(self, tokenizers: Sequence[Any], encoders: Sequence[Any], kind: ReturnedEmbeddingsType, is_pooled: bool) -> None:
        how = {"truncate": False, "returned_embeddings_type": kind, "split_long_text_mode": SplitLongTextMode.PHRASES}
        self.is_pooled = is_pooled
        self.n_tokens = MAX_TOKENS
        self.providers = [EmbeddingsProvider(*pair, **how) for pair in zip(tokenizers, encoders, strict=True)]

    def plan(self, common: str, own: str) -> Prompt:
        """The end of the common text is left out where both are too long. Raises PromptError if the tile's own text is."""
        given, kept = self.parse(common.strip()), self.parse(own.strip())
        whole, limit = join((given, kept)), self.n_tokens
        if self.count(kept) > limit:
            raise PromptError(f"the tile's own prompt has {self.count(kept)} tokens, and this endpoint reads {limit}: shorten it")
        fitting = self._cut(given, kept, limit)
        warning = f"the prompt has {self.count(whole)} tokens, and this endpoint reads {limit}: the end of its common part is left out"
        # A single word may be longer than a chunk. The tokenizer cuts it.
        pooled = "".join(text for text, _ in self._cut(given, kept, CHUNK_TOKENS) or whole)
        return Prompt(fitting, pooled, (warning,) if fitting != whole else ())

    def parse(self, text: str) -> Fragments:
        return parse_weights(text)

    def count(self, fragments: Fragments) -> int:
        texts = [text for text, _ in fragments]
        return sum(map(len, self.providers[0].get_token_ids(texts, include_start_and_end_markers=False))) if texts else 0

    def _cut(self, common: Fragments, own: Fragments, n_tokens: int) -> Fragments:
        """Leaves out as many words of `common` as needed, from its end."""
        words = [(word, weight) for text, weight in common for word in re.findall(r"\s*\S+\s*", text)]
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if self.count(join((merge(words[:middle]), own))) <= n_tokens:
                low = middle
            else:
                high = middle - 1
        return join((common if low == len(words) else merge(words[:low]), own))

    def encode(self, prompt: Prompt) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the embeddings (1, tokens, width) and the pooled embedding of the last encoder (1, width), of no width if none is."""
        texts, weights = [text for text, _ in prompt.fragments], [weight for _, weight in prompt.fragments]
        sides = []
        for provider in self.providers:
            device = provider.text_encoder.device
            tokens, token_weights, mask = provider.get_token_ids_and_expand_weights(texts, weights, device)
            embeds = provider.build_weighted_embedding_tensor(tokens, token_weights, mask, device)
            sides.append(embeds.to(provider.text_encoder.dtype))
        return torch.cat(sides, dim=-1), self._pool(prompt.pooled) if self.is_pooled else torch.empty(1, 0)

    def _pool(self, text: str) -> torch.Tensor:
        pooled: torch.Tensor = self.providers[-1].get_pooled_embeddings([text])
        return pooled


class FluxPromptEncoder(PromptEncoder):
    """Encodes prompts with T5, and a pooled one with CLIP. T5 knows no weights of words, so these are left out."""

    def __init__(self, tokenizers: Sequence[Any], encoders: Sequence[Any]) -> None:
        super().__init__(tokenizers[:1], encoders[:1], ReturnedEmbeddingsType.LAST_HIDDEN_STATES_NORMALIZED, is_pooled=True)
        self.tokenizer, self.t5 = tokenizers[1], encoders[1]
        self.n_tokens = T5_TOKENS

    def parse(self, text: str) -> Fragments:
        return merge([(part, 1.0) for part, _ in parse_weights(text)])

    def count(self, fragments: Fragments) -> int:
        return len(self.tokenizer("".join(text for text, _ in fragments), add_special_tokens=False).input_ids)

    def encode(self, prompt: Prompt) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the embeddings (1, 512, width) and the pooled embedding (1, width)."""
        text = "".join(text for text, _ in prompt.fragments)
        ids = self.tokenizer([text], padding="max_length", max_length=T5_TOKENS + 1, truncation=True, return_tensors="pt").input_ids
        return self.t5(ids.to(self.t5.device))[0], self._pool(prompt.pooled)

    def _pool(self, text: str) -> torch.Tensor:
        provider = self.providers[0]
        ids = provider.tokenizer([text], padding="max_length", max_length=CHUNK_TOKENS + 2, truncation=True, return_tensors="pt").input_ids
        pooled: torch.Tensor = provider.text_encoder(ids.to(provider.text_encoder.device)).pooler_output
        return pooled
