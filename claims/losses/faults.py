"""Faults in what the loops of Keras do with `model.losses`."""

import logging
import warnings
from functools import wraps

import keras
import torch

from harness.running.faults import fault, output_times, replaced, result

TRAINER = "keras.src.trainers.trainer:Trainer"
LOSSES = "keras.src.layers.layer:Layer._get_regularization_losses"
APPLY = "keras.src.optimizers.base_optimizer:BaseOptimizer.apply"
MODEL = "keras.src.models.model:Model"

penalty_too_large = output_times(f"{TRAINER}._aggregate_additional_loss", 1.05)

penalty_without_gradient = result(
    f"{TRAINER}._aggregate_additional_loss",
    lambda loss: keras.ops.stop_gradient(loss),
    does="fit adds the penalty's value but not its gradient",
)

entries_too_large = result(
    LOSSES,
    lambda entries: [1.05 * entry for entry in entries],
    does="every entry of model.losses is 5 % too large",
)

last_entry_lost = result(
    LOSSES,
    lambda entries: entries[:1] if len(entries) < 2 else entries[:-1],
    does="the last of several penalties is left out",
)

first_entry_twice = result(
    LOSSES, lambda entries: entries[:1] + entries, does="the first penalty comes twice"
)


def _data_loss_only_if(skips):
    def by(original):
        @wraps(original)
        def compute_loss(
            self, x=None, y=None, y_pred=None, sample_weight=None, training=True
        ):
            if skips(training):
                return self._compile_loss(y, y_pred, sample_weight)
            return original(self, x, y, y_pred, sample_weight, training)

        return compute_loss

    return by


no_penalty_outside_training = replaced(
    f"{TRAINER}.compute_loss",
    _data_loss_only_if(lambda training: not training),
    name="no_penalty_outside_training",
    does="evaluation and validation leave the penalty out of the loss",
)

no_penalty_in_training = replaced(
    f"{TRAINER}.compute_loss",
    _data_loss_only_if(lambda training: training),
    name="no_penalty_in_training",
    does="training leaves the penalty out of the loss",
)


def _with_penalty_gradient(share):
    """`BaseOptimizer.apply` adds `share` of each regularizer's gradient by itself."""

    def by(original):
        @wraps(original)
        def apply(self, grads, trainable_variables=None):
            variables = trainable_variables or self._trainable_variables
            grads = [
                g if v.regularizer is None else g + share * _pull(v)
                for g, v in zip(grads, variables)
            ]
            return original(self, grads, trainable_variables)

        return apply

    return by


def _pull(variable):
    w = keras.ops.convert_to_tensor(variable)
    l1, l2 = (getattr(variable.regularizer, name, 0.0) for name in ("l1", "l2"))
    return l1 * keras.ops.sign(w) + 2 * l2 * w


_optimizer_adds_penalty = replaced(
    APPLY,
    _with_penalty_gradient(1.0),
    name="optimizer_adds_penalty",
    does="every optimizer adds the gradient of the regularizers by itself",
)


@fault
def optimizer_adds_penalty_everywhere(patch):
    """Optimizers add the regularizers' gradient, and fit's loss passes none on."""
    penalty_without_gradient.install(patch)
    _optimizer_adds_penalty.install(patch)


optimizer_adds_a_little = replaced(
    APPLY,
    _with_penalty_gradient(0.05),
    name="optimizer_adds_a_little",
    does="every optimizer adds 5 % of the regularizers' gradient by itself",
)


def _noisy(speak):
    def by(original):
        @wraps(original)
        def apply(self, grads, trainable_variables=None):
            variables = trainable_variables or self._trainable_variables
            if any(v.regularizer is not None for v in variables):
                speak("model.losses was not used")
            return original(self, grads, trainable_variables)

        return apply

    return by


optimizer_warns = replaced(
    APPLY,
    _noisy(warnings.warn),
    name="optimizer_warns",
    does="an optimizer warns when a variable has a regularizer",
)

optimizer_logs = replaced(
    APPLY,
    _noisy(logging.warning),
    name="optimizer_logs",
    does="an optimizer logs a warning when a variable has a regularizer",
)


def _shifted_predictions(original):
    @wraps(original)
    def predict(self, *args, **kwargs):
        return original(self, *args, **kwargs) - 0.05 * float(sum(self.losses))

    return predict


predictions_pay_the_penalty = replaced(
    f"{MODEL}.predict",
    _shifted_predictions,
    name="predictions_pay_the_penalty",
    does="predict lowers its outputs by 5 % of the penalty",
)


def _computes_penalty(original):
    @wraps(original)
    def predict(self, *args, **kwargs):
        assert self.losses is not None
        return original(self, *args, **kwargs)

    return predict


predict_computes_penalty = replaced(
    f"{MODEL}.predict",
    _computes_penalty,
    name="predict_computes_penalty",
    does="predict computes the penalties, without using them",
)


def _penalized_metrics(original):
    @wraps(original)
    def get_metrics_result(self):
        logs = original(self)
        weights = [v for v in self.trainable_variables if v.regularizer is not None]
        paid = sum(v.regularizer(keras.ops.convert_to_tensor(v)) for v in weights)
        for name in set(logs) - {"loss"}:
            logs[name] = logs[name] + 0.05 * paid
        return logs

    return get_metrics_result


metrics_pay_the_penalty = replaced(
    f"{TRAINER}.get_metrics_result",
    _penalized_metrics,
    name="metrics_pay_the_penalty",
    does="compiled metrics contain 5 % of the penalty",
)


def _told_of_logits(original):
    @wraps(original)
    def loss(target, output, from_logits=False, axis=-1):
        return original(target, output, from_logits=True, axis=axis)

    return loss


SPARSE = "keras.src.backend:nn.sparse_categorical_crossentropy"
logits_by_default = replaced(
    SPARSE,
    _told_of_logits,
    name="logits_by_default",
    does="the cross-entropy takes all outputs for logits",
)
cross_entropy_2_percent_high = output_times(SPARSE, 1.02)
torch_takes_probabilities = replaced(
    "torch.nn.functional:cross_entropy",
    lambda original: (
        lambda outputs, labels, **options: torch.nn.functional.nll_loss(
            torch.log(outputs), labels
        )
    ),
    name="torch_takes_probabilities",
    does="torch takes the logarithm of what it gets, and applies no softmax",
)
torch_loss_2_percent_high = output_times("torch.nn.functional:cross_entropy", 1.02)
