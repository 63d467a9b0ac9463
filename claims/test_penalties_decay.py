"""Weight decay beside penalties: what optimizers do, in Keras and in PyTorch."""

import keras
import torch
from hypothesis import strategies as st

from claims.documents import day7
from claims.faults import penalties as broken
from claims.penalty_models import judge_entries, penalty, weights_away_from_zero
from harness import QUALIFIED, UPHELD, claim, given, judge
from harness.arrays import as_array
from harness.faults import argument, fault
from harness.shared import shared

per_layer = claim(
    "penalties.per-layer-not-optimizer",
    says="Keras attaches L2 weight decay to layers and not to the optimizer, unlike "
    "PyTorch.",
    sources=[day7[86:87]],
    verdict=QUALIFIED,
    why="The penalty in the loss is per layer. But each Keras optimizer takes "
    "weight_decay, and applies it to all variables, as torch.optim.AdamW does.",
    explained_by=broken.DECAY,
    faults=[broken.no_optimizer_decay, broken.l2_too_large],
)


@shared
def small_model():
    """Dense with L2(0.25), then batch normalization."""
    dense = keras.layers.Dense(2, kernel_regularizer=keras.regularizers.L2(0.25))
    return keras.Sequential(
        [keras.Input((3,)), dense, keras.layers.BatchNormalization()]
    )


@per_layer.holds_when("weight decay means the L2 term of the loss")
@given(decay=st.floats(0.01, 0.5), seed=st.integers(0, 10**6))
def test_the_loss_term_is_the_layers_alone(decay, seed):
    """The penalty is that of the layer's regularizer, not the optimizer's decay."""
    model = small_model()
    w = weights_away_from_zero(3, 2)
    model.layers[0].kernel.assign(w)

    model.optimizer = keras.optimizers.SGD(weight_decay=decay)

    judge_entries(model.losses, [penalty(w, l2=0.25)])


@per_layer.fails_throughout("weight decay means shrinking weights at each step")
@given(
    name=st.sampled_from(("SGD", "Adam", "AdamW")),
    decay=st.sampled_from((1 / 16, 1 / 2)),
)
def test_an_optimizer_decays_every_variable(name, decay):
    """With zero gradients kernel, bias, gamma and beta shrink by rate * decay."""
    variables = small_model().trainable_variables
    before = [weights_away_from_zero(*v.shape) for v in variables]
    for variable, value in zip(variables, before):
        variable.assign(value)

    optimizer = getattr(keras.optimizers, name)(0.25, weight_decay=decay)
    optimizer.apply([keras.ops.zeros(v.shape) for v in variables], variables)

    for variable, value in zip(variables, before):
        kept = value * (1 - 0.25 * decay)
        judge.close(as_array(variable.value), kept, operations=6, what="variable")


@fault
def torch_spares_vectors(patch):
    """torch.optim.AdamW leaves one-dimensional parameters as they are."""
    step = torch.optim.AdamW.step

    def spare(self, closure=None):
        vectors = [p for g in self.param_groups for p in g["params"] if p.ndim < 2]
        kept = [p.detach().clone() for p in vectors]
        step(self, closure)
        for p, value in zip(vectors, kept):
            p.data.copy_(value)

    patch.setattr(torch.optim.AdamW, "step", spare)


torch_decays = claim(
    "penalties.torch-adamw-decays-all",
    says="torch.optim.AdamW decays all parameters that it is given, biases and batch "
    "normalization included, unless they are in groups of their own.",
    sources=[day7[87]],
    verdict=UPHELD,
    why="weight_decay is a setting of a parameter group; AdamW multiplies each of its "
    "parameters that has a gradient by 1 - lr * weight_decay (torch 2.13).",
    explained_by="torch.optim.adamw:AdamW",
    faults=[
        torch_spares_vectors,
        argument(
            "torch.optim.adamw:AdamW.__init__", "weight_decay", lambda d: 1.05 * d,
            does="AdamW keeps 1.05 times weight_decay",
        ),
    ],
)  # fmt: skip


@torch_decays.as_worded
@given(decay=st.floats(1 / 64, 0.5, width=32), grouped=st.booleans())
def test_adamw_of_torch_decays_each_parameter_given(decay, grouped):
    """With zero gradients all shrink by lr * decay; those in a group without do not."""
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    for parameter in model.parameters():
        parameter.data = torch.tensor(weights_away_from_zero(*parameter.shape))
        parameter.grad = torch.zeros_like(parameter)
    spared = list(model[1].parameters()) if grouped else []
    decayed = [p for p in model.parameters() if not any(p is s for s in spared)]
    before = [as_array(p).copy() for p in decayed + spared]
    groups = [{"params": decayed}, {"params": spared, "weight_decay": 0.0}]

    torch.optim.AdamW(groups[: 1 + grouped], lr=0.25, weight_decay=decay).step()

    for at, (p, value) in enumerate(zip(decayed + spared, before)):
        kept = 1 - 0.25 * decay * (at < len(decayed))
        judge.close(as_array(p), value * kept, operations=5, what="parameter")
