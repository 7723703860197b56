"""The network in PyTorch: a post-norm BERT encoder with linear heads on its pieces and on their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cockpit.modelgraph.e5 import Pretrained


@dataclass(frozen=True, slots=True)
class Design:
    """`piece_heads` and `mean_heads` are head name to number of classes, in the order in which the logits lie."""

    vocabulary: int
    piece_heads: Mapping[str, int] = field(default_factory=dict)
    mean_heads: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 384
    heads: int = 12
    inner: tuple[int, ...] = (1536,) * 12
    """Width of each layer's feed-forward part; as many layers as there are widths."""
    positions: int = 128
    eps: float = 1e-12


@dataclass(frozen=True, slots=True)
class Output:
    """`hidden` (batch, pieces, hidden) after the last layer; logits per head, (batch, pieces, n) and (batch, n)."""

    hidden: Tensor
    pieces: dict[str, Tensor]
    mean: dict[str, Tensor]


class Layer(nn.Module):
    def __init__(self, design: Design, inner: int) -> None:
        super().__init__()
        self.heads = design.heads
        self.qkv = nn.Linear(design.hidden, 3 * design.hidden)
        self.out = nn.Linear(design.hidden, design.hidden)
        self.out_norm = nn.LayerNorm(design.hidden, design.eps)
        self.widen = nn.Linear(design.hidden, inner)
        self.narrow = nn.Linear(inner, design.hidden)
        self.narrow_norm = nn.LayerNorm(design.hidden, design.eps)
        self.scale = (design.hidden // design.heads) ** -0.5

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        # Written out, and without dropout: on CPUs the fused attention's backward pass takes more time than all else
        # together, and drawing random numbers a sixth of it.
        batch, length, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        weights = ((q * self.scale) @ k.transpose(-1, -2) + mask).softmax(-1)
        attended = (weights @ v).transpose(1, 2).reshape(batch, length, hidden)
        x = self.out_norm(x + self.out(attended))
        inner = nn.functional.gelu(self.widen(x))
        normed: Tensor = self.narrow_norm(x + self.narrow(inner))
        return normed


class Network(nn.Module):
    def __init__(self, design: Design, dropout: float = 0.1) -> None:
        super().__init__()
        self.design = design
        self.words = nn.Embedding(design.vocabulary, design.hidden)
        self.places = nn.Embedding(design.positions, design.hidden)
        self.norm = nn.LayerNorm(design.hidden, design.eps)
        self.layers = nn.ModuleList(Layer(design, inner) for inner in design.inner)
        self.dropout = nn.Dropout(dropout)
        self.piece_head = nn.Linear(design.hidden, sum(design.piece_heads.values())) if design.piece_heads else None
        self.mean_head = nn.Linear(design.hidden, sum(design.mean_heads.values())) if design.mean_heads else None

    def forward(self, ids: Tensor, lengths: Tensor) -> Output:
        """`ids` (batch, pieces), padded; `lengths` (batch,) without padding."""
        present = torch.arange(ids.shape[1], device=ids.device)[None, :] < lengths[:, None]
        mask = torch.where(present, 0.0, -1e4)[:, None, None, :]
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        x = self.dropout(x)
        for layer in self.layers:
            x = layer(x, mask.to(x.dtype))
        mean = (x * present[..., None]).sum(1) / lengths[:, None]
        pieces, whole = {}, {}
        if self.piece_head is not None:
            parts = self.piece_head(self.dropout(x)).split([*self.design.piece_heads.values()], -1)
            pieces = dict(zip(self.design.piece_heads, parts, strict=True))
        if self.mean_head is not None:
            parts = self.mean_head(self.dropout(mean)).split([*self.design.mean_heads.values()], -1)
            whole = dict(zip(self.design.mean_heads, parts, strict=True))
        return Output(x, pieces, whole)


def from_pretrained(design: Design, pretrained: Pretrained, rows: Sequence[int], layers: Sequence[int]) -> Network:
    """A network that begins as the given `layers` of the pretrained encoder, with the embeddings in `rows`."""
    weights = pretrained.weights
    network = Network(design)
    hidden = design.hidden
    state: dict[str, NDArray[np.float32]] = {
        "words.weight": weights["emb.word"][[*rows]],
        "places.weight": weights["emb.pos"][: design.positions] + weights["emb.type"].reshape(-1)[:hidden],
        "norm.weight": weights["emb.ln.w"],
        "norm.bias": weights["emb.ln.b"],
    }
    names = {"ao": "out", "aln": "out_norm", "fi": "widen", "fo": "narrow", "oln": "narrow_norm"}
    for new, old in enumerate(layers):
        for part, kind in (("w", "weight"), ("b", "bias")):
            state[f"layers.{new}.qkv.{kind}"] = np.concatenate([weights[f"l{old}.{x}.{part}"] for x in "qkv"])
            for theirs, ours in names.items():
                state[f"layers.{new}.{ours}.{kind}"] = weights[f"l{old}.{theirs}.{part}"]
    missing, unexpected = network.load_state_dict(
        {k: torch.from_numpy(v.copy()) for k, v in state.items()}, strict=False
    )
    assert not unexpected
    assert all(name.startswith(("piece_head", "mean_head")) for name in missing)
    return network


def shallower(network: Network, layers: Sequence[int]) -> Network:
    """A copy with only the given layers: how a student begins."""
    design = network.design
    inner = tuple(design.inner[layer] for layer in layers)
    student = Network(_with_inner(design, inner))
    state = {name: value for name, value in network.state_dict().items() if not name.startswith("layers.")}
    for new, old in enumerate(layers):
        state |= {f"layers.{new}.{name}": value for name, value in network.layers[old].state_dict().items()}
    student.load_state_dict({name: value.clone() for name, value in state.items()})
    return student


def _with_inner(design: Design, inner: tuple[int, ...]) -> Design:
    return replace(design, inner=inner)


def narrower(network: Network, importance: Sequence[Tensor], inner: int) -> Network:
    """A copy whose layers keep the `inner` feed-forward neurons of greatest `importance` (one tensor a layer)."""
    pruned = Network(_with_inner(network.design, (inner,) * len(network.design.inner)))
    state = {name: value.clone() for name, value in network.state_dict().items()}
    for n, worth in enumerate(importance):
        kept = worth.topk(inner).indices.sort().values
        state[f"layers.{n}.widen.weight"] = state[f"layers.{n}.widen.weight"][kept]
        state[f"layers.{n}.widen.bias"] = state[f"layers.{n}.widen.bias"][kept]
        state[f"layers.{n}.narrow.weight"] = state[f"layers.{n}.narrow.weight"][:, kept]
    pruned.load_state_dict(state)
    return pruned
