"""Fitting a network to examples, alone or under a teacher's guidance."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import torch
from torch import Tensor, nn

from cockpit.nlu.pieces import PAD
from models.training.network import Network, Output
from models.training.rows import UNKNOWN, Row

POOL = 40
"""Batches whose rows are sorted by length together."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`soft` is the weight of the teacher's word against the labels', `weights` that of each head.

    The heads begin from nothing and learn at `head_rate` times the rate of the rest. Each row is used `echo` times,
    since making it takes time too. `frozen` keeps the embeddings as they are.
    """

    steps: int
    rate: float
    batch: int = 64
    soft: float = 0.5
    temperature: float = 2.0
    warmup: float = 0.06
    decay: float = 0.01
    smoothing: float = 0.02
    head_rate: float = 10.0
    echo: int = 2
    frozen: bool = False
    weights: dict[str, float] = field(default_factory=dict)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    ids: Tensor
    lengths: Tensor
    pieces: dict[str, Tensor]
    mean: dict[str, Tensor]


def batch_of(rows: Sequence[Row], network: Network) -> Batch:
    device = next(network.parameters()).device
    lengths = torch.tensor([len(row.ids) for row in rows])
    longest = int(lengths.max())
    ids = torch.full((len(rows), longest), PAD)
    pieces = {head: torch.full((len(rows), longest), UNKNOWN) for head in network.design.piece_heads}
    mean = {head: torch.full((len(rows),), UNKNOWN) for head in network.design.mean_heads}
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = torch.tensor(row.ids)
        for head, labels in row.pieces.items():
            pieces[head][n, : len(labels)] = torch.tensor(labels)
        for head, label in row.mean.items():
            mean[head][n] = label
    return Batch(
        ids.to(device),
        lengths.to(device),
        {head: labels.to(device) for head, labels in pieces.items()},
        {head: labels.to(device) for head, labels in mean.items()},
    )


def batches(rows: Iterator[Row], size: int, rng: random.Random, echo: int = 1) -> Iterator[list[Row]]:
    """Batches of rows of like length, so that little is padded; shuffled within every `POOL` of them, which come `echo`
    times."""
    while True:
        taken = [next(rows) for _ in range(POOL * size)]
        for _ in range(echo):
            rng.shuffle(taken)
            pool = sorted(taken, key=lambda row: len(row.ids))
            cut = [pool[at : at + size] for at in range(0, len(pool), size)]
            rng.shuffle(cut)
            yield from cut


def pass_over(rows: Iterator[Row], plan: Plan) -> None:
    """Take from `rows` what fitting by `plan` would take."""
    for _ in islice(rows, -(-plan.steps // (POOL * plan.echo)) * POOL * plan.batch):
        pass


def endless(rows: Sequence[Row], rng: random.Random) -> Iterator[Row]:
    """The rows over and over, shuffled anew each time."""
    order = list(range(len(rows)))
    while True:
        rng.shuffle(order)
        yield from (rows[n] for n in order)


def fit(
    network: Network,
    rows: Iterator[Row],
    plan: Plan,
    teacher: Network | None = None,
    tell: Callable[[str], None] = print,
) -> Network:
    """Fit `network` in place for `plan.steps` batches; with `teacher`, its logits and hidden states are learned too."""
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    optimizer = _optimizer(network, plan)
    schedule = _schedule(optimizer, plan)
    network.train()
    if teacher is not None:
        teacher.eval()
    begun, sum_of_losses = time.monotonic(), 0.0
    for step, chosen in zip(range(1, plan.steps + 1), batches(rows, plan.batch, rng, plan.echo), strict=False):
        batch = batch_of(chosen, network)
        with torch.autocast(_device_type(network), torch.bfloat16):
            taught = None
            if teacher is not None:
                with torch.no_grad():
                    taught = teacher(batch.ids, batch.lengths)
            output = network(batch.ids, batch.lengths)
        loss = _loss(output, batch, plan, taught)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        sum_of_losses += float(loss.detach())
        if step % 100 == 0:
            rate = step * plan.batch / (time.monotonic() - begun)
            tell(f"step {step}/{plan.steps}  loss {sum_of_losses / 100:.3f}  {rate:.0f} sentences/s")
            sum_of_losses = 0.0
    return network.eval()


def _optimizer(network: Network, plan: Plan) -> torch.optim.Optimizer:
    network.words.weight.requires_grad_(not plan.frozen)
    groups = [
        {
            "params": [parameter],
            "lr": plan.rate * (plan.head_rate if "head" in name else 1.0),
            "weight_decay": plan.decay if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98), fused=True)


def _schedule(optimizer: torch.optim.Optimizer, plan: Plan) -> torch.optim.lr_scheduler.LambdaLR:
    """Up for the first batches, then down to nearly nothing."""
    warm = max(1, int(plan.steps * plan.warmup))
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - max(0, step - warm) / (plan.steps - warm))
    )


def _device_type(network: Network) -> str:
    return next(network.parameters()).device.type


def _loss(output: Output, batch: Batch, plan: Plan, taught: Output | None) -> Tensor:
    loss = output.hidden.new_zeros((), dtype=torch.float32)
    present = torch.arange(batch.ids.shape[1], device=batch.ids.device)[None, :] < batch.lengths[:, None]
    for head, logits in (*output.pieces.items(), *output.mean.items()):
        labels = batch.pieces[head] if head in batch.pieces else batch.mean[head]
        weight = plan.weights.get(head, 1.0)
        hard = _hard(logits.float(), labels, plan.smoothing)
        if taught is None:
            loss = loss + weight * hard
            continue
        theirs = taught.pieces[head] if head in taught.pieces else taught.mean[head]
        soft = _soft(logits.float(), theirs.float(), plan.temperature)
        soft = soft[present].mean() if soft.ndim > 1 else soft.mean()
        loss = loss + weight * ((1 - plan.soft) * hard + plan.soft * soft)
    if taught is not None and taught.hidden.shape == output.hidden.shape:
        apart = (output.hidden.float() - taught.hidden.float()).square().mean(-1)
        loss = loss + apart[present].mean()
    return loss


def _hard(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    if bool((labels == UNKNOWN).all()):
        return logits.new_zeros(())
    return nn.functional.cross_entropy(
        logits.flatten(0, -2), labels.flatten(), ignore_index=UNKNOWN, label_smoothing=smoothing
    )


def _soft(logits: Tensor, theirs: Tensor, temperature: float) -> Tensor:
    ours = (logits / temperature).log_softmax(-1)
    wanted = (theirs / temperature).softmax(-1)
    return nn.functional.kl_div(ours, wanted, reduction="none").sum(-1) * temperature**2


def importance(network: Network, rows: Sequence[Row], size: int = 64) -> list[Tensor]:
    """How much each feed-forward neuron matters: |activation x gradient| summed over `rows` (first-order Taylor
    expansion of the loss, Molchanov et al. 2017), one tensor a layer."""
    sums = [torch.zeros(width, device=next(network.parameters()).device) for width in network.design.inner]
    kept: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        del module
        inputs[0].retain_grad()
        kept.append(inputs[0])

    hooks = [layer.narrow.register_forward_pre_hook(keep) for layer in network.layers]
    for at in range(0, len(rows), size):
        batch = batch_of(rows[at : at + size], network)
        kept.clear()
        _loss(network(batch.ids, batch.lengths), batch, Plan(1, 0), None).backward()  # type: ignore[no-untyped-call]
        for total, activation in zip(sums, kept, strict=True):
            assert activation.grad is not None
            total.add_((activation * activation.grad).detach().abs().sum((0, 1)))
        network.zero_grad()
    for hook in hooks:
        hook.remove()
    return sums
