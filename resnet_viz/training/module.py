"""The LightningModule: one step of one network. What is measured or saved is for the callbacks."""

from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor

from resnet_viz.models import ResNet
from resnet_viz.training.batches import Use, seed_of
from resnet_viz.training.objective import GraphedObjective
from resnet_viz.training.plan import Plan
from resnet_viz.training.recipes import RECIPES


class TrainingModule(pl.LightningModule):
    """Cross-entropy, SGD with momentum, and the recipe's schedule.

    The trunk is every layer before the last one, the head. A frozen trunk gets no gradient, and
    its batch normalisations keep their statistics, so that it computes what it did at the start.

    Args:
        alone: whether no other process trains the same network.
    """

    def __init__(self, network: ResNet, plan: Plan, *, alone: bool = True) -> None:
        super().__init__()
        self.network = network
        self.plan = plan
        self._objective = GraphedObjective(network, alone=alone and not plan.config.is_frozen)
        if plan.config.is_frozen:
            network.requires_grad_(False)
            network.fc.requires_grad_(True)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.network(inputs)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        config = self.plan.config
        head = list(self.network.fc.parameters())
        inside = {id(parameter) for parameter in head}
        trunk = [p for p in self.network.parameters() if id(p) not in inside]
        groups = [{"params": head, "scale": 1.0}]
        if not config.is_frozen:
            groups.insert(0, {"params": trunk, "scale": config.trunk_scale})
        return torch.optim.SGD(
            groups,
            lr=config.learning_rate,
            momentum=RECIPES[config.recipe].momentum,
            weight_decay=config.weight_decay,
            foreach=True,
        )

    def on_train_start(self) -> None:
        if self.plan.config.is_frozen:
            self.network.eval()
            self.network.dropout.train()

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        step = self.global_step + 1
        rate = self.plan.learning_rate(step)
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = rate * group["scale"]
        # Whichever layers draw from it, and also where none does: who asks the layers forgets one.
        torch.manual_seed(seed_of(self.plan.config.seed, Use.DROPOUT, step, self.global_rank))

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> dict[str, Tensor]:
        loss, right = self._objective(*batch)
        if (processes := self.trainer.world_size) > 1:
            # The mean over processes, which is what their gradients become, is that of all images.
            share = len(batch[1]) / self.plan.images_of(self.global_step + 1)
            loss = loss * (share * processes)
        return {"loss": loss, "correct": right}
