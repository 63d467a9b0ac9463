"""Defects of what trains a tuned model: stopping, learning rate, compile."""

import keras

from harness.running.faults import argument, fault, replaced

COMPILE = "keras.src.trainers.trainer:Trainer.compile"

patience_one_longer = argument(
    "keras.src.callbacks.early_stopping:EarlyStopping.__init__",
    "patience",
    lambda n: n + 1,
    does="waits an epoch longer",
)


@fault
def rate_decays(patch):
    """The learning rate that an optimizer reports falls by 5 % with each reading."""
    owner = next(c for c in keras.optimizers.SGD.__mro__ if "learning_rate" in vars(c))
    original = vars(owner)["learning_rate"]
    readings = []

    def reading(self):
        readings.append(None)
        return original.fget(self) * 0.95 ** len(readings)

    patch.setattr(owner, "learning_rate", original.getter(reading))


first_optimizer_stays = replaced(
    COMPILE,
    lambda original: (
        lambda self, optimizer="rmsprop", **kwargs: original(
            self, getattr(self, "optimizer", None) or optimizer, **kwargs
        )
    ),
    name="first optimizer stays",
    does="compiling again keeps the optimizer of the first time",
)
schedule_frozen = replaced(
    COMPILE,
    lambda original: (
        lambda self, optimizer="rmsprop", **kwargs: original(
            self, type(optimizer)(_first_rate(optimizer)), **kwargs
        )
    ),
    name="schedule frozen",
    does="the optimizer keeps the first rate of its schedule",
)


def _first_rate(optimizer):
    schedule = optimizer._learning_rate
    return float(schedule(1)) if callable(schedule) else float(schedule)


@fault
def weights_drawn_anew(patch):
    """Compiling draws the weights anew."""
    original = keras.src.trainers.trainer.Trainer.compile

    def compile_(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.set_weights([w + 0.05 for w in self.get_weights()])

    patch.setattr(keras.src.trainers.trainer.Trainer, "compile", compile_)


@fault
def schedule_runs_ahead(patch):
    """An optimizer's schedule is one step ahead."""
    original = keras.optimizers.schedules.CosineDecay.__call__
    patch.setattr(
        keras.optimizers.schedules.CosineDecay,
        "__call__",
        lambda self, step: original(self, step + 1),
    )
