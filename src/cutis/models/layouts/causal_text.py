"""open_clip's CLIP, reading texts only as far as the longest of the batch goes."""

from __future__ import annotations

import torch
from open_clip.model import CLIP
from open_clip.transformer import text_global_pool
from torch.nn import functional


class CausalTextClip(CLIP):  # type: ignore[misc]  # open_clip is untyped
    """CLIP whose text tower leaves out the padding that no result depends on.

    Under a causal mask a token sees only those before it, and the feature is taken at the end
    mark, the highest token number of a text; so whatever stands behind the last end mark of a
    batch cannot change a feature. Prompts of a dozen tokens in a context of 77 are embedded some
    five times as fast, with the same features to rounding error.
    """

    def encode_text(self, text: torch.Tensor, normalize: bool = False) -> torch.Tensor:
        """Return projected text features (n, d).

        Parameters
        ----------
        text
            Token ids (n, t), padded to any length up to the context.
        normalize
            Whether to scale them to length 1.
        """
        if self.attn_mask is None or self.text_pool_type != "argmax":
            whole_nd: torch.Tensor = super().encode_text(text, normalize)
            return whole_nd
        t = int(text.argmax(dim=-1).max()) + 1
        ids_nt, kind = text[:, :t], self.transformer.get_cast_dtype()
        tokens_ntw = self.token_embedding(ids_nt).to(kind) + self.positional_embedding[:t].to(kind)
        tokens_ntw = self.transformer(tokens_ntw, attn_mask=self.attn_mask[:t, :t])
        features_nd = text_global_pool(self.ln_final(tokens_ntw), ids_nt, "argmax")
        if isinstance(self.text_projection, torch.nn.Linear):
            features_nd = self.text_projection(features_nd)
        elif self.text_projection is not None:
            features_nd = features_nd @ self.text_projection
        return functional.normalize(features_nd, dim=-1) if normalize else features_nd
