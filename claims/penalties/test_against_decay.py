"""Weight decay beside penalties: what optimizers do, in Keras and in PyTorch."""

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.common import update_rules as rules
from claims.common.penalty_models import judge_entries, penalty, weights_away_from_zero
from claims.common.update_rules import both_formats
from claims.common.updates import of_torch, stepped, updated_by
from claims.documents import day7
from claims.penalties import faults as broken
from claims.weight_decay import faults
from harness import QUALIFIED, REFUTED, UPHELD, as_array, claim, given, judge, shared
from harness.running.faults import fault

per_layer_not_optimizer = claim(
    "penalties.per-layer-not-optimizer",
    says="Keras attaches L2 weight decay to layers and not to the optimizer, unlike "
    "PyTorch.",
    sources=[day7[86:87]],
    verdict=QUALIFIED,
    why="The penalty in the loss is per layer. But Keras' SGD, Adam and AdamW take "
    "weight_decay and apply it to all variables, as torch.optim.AdamW does.",
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


@per_layer_not_optimizer.holds_when("weight decay means the L2 term of the loss")
@given(decay=st.floats(0.01, 0.5), seed=st.integers(0, 10**6))
def test_the_loss_term_is_the_layers_alone(decay, seed):
    """The penalty is that of the layer's regularizer, not the optimizer's decay."""
    model = small_model()
    w = weights_away_from_zero(3, 2)
    model.layers[0].kernel.assign(w)

    model.optimizer = keras.optimizers.SGD(weight_decay=decay)

    judge_entries(model.losses, [penalty(w, l2=0.25)])


@per_layer_not_optimizer.fails_throughout(
    "weight decay means shrinking weights at each step"
)
@given(
    name=st.sampled_from(("SGD", "Adam", "AdamW")),
    decay=st.sampled_from((1 / 16, 1 / 2)),
)
def test_an_optimizer_decays_every_variable(name, decay):
    """With zero gradients kernels, bias, gamma and beta shrink by rate * decay, in
    each of two steps."""
    filters = keras.Variable(np.ones((2, 2, 1, 3)))
    variables = [*small_model().trainable_variables, filters]
    before = [weights_away_from_zero(*v.shape) for v in variables]
    for variable, value in zip(variables, before):
        variable.assign(value)

    optimizer = getattr(keras.optimizers, name)(0.25, weight_decay=decay)
    for step in (1, 2):
        optimizer.apply([keras.ops.zeros(v.shape) for v in variables], variables)
        for variable, value in zip(variables, before):
            kept = value * (1 - 0.25 * decay) ** step
            found = as_array(variable)
            judge.close(found, kept, operations=6 * step, what=f"after step {step}")


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


torch_adamw_decays_all = claim(
    "penalties.torch-adamw-decays-all",
    says="torch.optim.AdamW decays all parameters that it is given, biases and batch "
    "normalization included, unless they are in groups of their own.",
    sources=[day7[87]],
    verdict=UPHELD,
    why="weight_decay is a setting of a parameter group. AdamW multiplies each "
    "parameter of the group by 1 - lr * weight_decay (torch 2.13).",
    explained_by="torch.optim.adamw:AdamW",
    faults=[torch_spares_vectors, faults.torch_decay_5_percent_high],
)


@torch_adamw_decays_all.as_worded
@given(decay=st.floats(1 / 64, 0.5, width=32), grouped=st.booleans())
def test_adamw_of_torch_decays_each_parameter_given(decay, grouped):
    """With zero gradients all shrink by lr * decay in each of two steps; those in a
    group without do not."""
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    for parameter in model.parameters():
        parameter.data = torch.tensor(weights_away_from_zero(*parameter.shape))
        parameter.grad = torch.zeros_like(parameter)
    spared = list(model[1].parameters()) if grouped else []
    decayed = [p for p in model.parameters() if not any(p is s for s in spared)]
    before = [as_array(p).copy() for p in decayed + spared]
    groups = [{"params": spared, "weight_decay": 0.0}, {"params": decayed}]

    optimizer = torch.optim.AdamW(groups[1 - grouped :], lr=0.25, weight_decay=decay)

    for step in (1, 2):
        optimizer.step()
        for at, (p, value) in enumerate(zip(decayed + spared, before)):
            kept = (1 - 0.25 * decay * (at < len(decayed))) ** step
            what = f"after step {step}"
            judge.close(as_array(p), value * kept, operations=5 * step, what=what)


l2_stands_for_torch_adamw = claim(
    "penalties.l2-stands-for-torch-adamw",
    says="L2 with a factor of 1e-4 on the layers is in Keras what AdamW with a "
    "weight_decay of 1e-4 is in PyTorch.",
    sources=[day7[87]],
    verdict=REFUTED,
    severity="lesson",
    instead="L2(1e-4) adds to the loss, and Adam rescales its gradient; torch's AdamW "
    "shrinks weights by lr * 1e-4 of themselves. Its counterpart in Keras is "
    "keras.optimizers.AdamW(weight_decay=1e-4).",
    why="Where the data's gradient is zero, Adam divides the penalty's gradient by "
    "the root of its mean square plus epsilon; AdamW subtracts lr * weight_decay * w.",
    explained_by=[faults.L2, "torch.optim.adamw:AdamW"],
    faults=[
        faults.decay_is_coupled,
        faults.decay_5_percent_high,
        faults.torch_decay_5_percent_high,
    ],
)


@l2_stands_for_torch_adamw.as_worded
@given(lr=st.sampled_from([0.001, 0.1]), decay=st.sampled_from([1e-4, 0.1]))
def test_adam_with_the_penalty_steps_as_adamw_of_torch(lr, decay):
    """From the same weights, without a gradient of the data, both come to the same."""
    start, none = weights_away_from_zero(8), np.zeros((1, 8))

    adam = updated_by("Adam", learning_rate=lr)
    found = stepped(adam, start, none, keras.regularizers.L2(decay))

    peer = of_torch(torch.optim.AdamW, start, none, lr=lr, weight_decay=decay)
    judge.close(found, peer, operations=99, magnitude=2, oracle="torch", what="weight")


@l2_stands_for_torch_adamw.instead
@given(lr=st.sampled_from([0.001, 0.1]), decay=st.sampled_from([1e-4, 0.1]))
def test_adamw_of_keras_steps_as_that_of_torch(lr, decay):
    """Both leave 1 - lr * decay of a weight; Adam with L2 follows its own rule."""
    start, none = weights_away_from_zero(8), np.zeros((3, 8))
    kept = (1 - lr * decay) ** np.arange(1, 4).reshape(-1, 1) * start.astype("float64")

    adamw = updated_by("AdamW", learning_rate=lr, weight_decay=decay)
    found = stepped(adamw, start, none)
    peer = of_torch(torch.optim.AdamW, start, none, lr=lr, weight_decay=decay)
    adam = updated_by("Adam", learning_rate=lr)
    penalized = stepped(adam, start, none, keras.regularizers.L2(decay))

    judge.close(found, kept, operations=15, what="Keras' AdamW")
    judge.close(peer, kept, operations=15, what="torch's AdamW")
    path = both_formats(rules.adam, start, none, lr=lr, coupled=2 * decay)
    judge.trajectory(penalized, **path, what="Adam with L2")
