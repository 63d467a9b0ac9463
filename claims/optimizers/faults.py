"""Defects of the arguments of optimizers."""

import keras

from harness.running.faults import fault

OPTIMIZERS = [keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.RMSprop]


def _with(patch, change):
    """Each of the optimizers is made with `change(kwargs)`."""
    for cls in OPTIMIZERS:

        def init(self, *args, original=cls.__init__, **kwargs):
            original(self, *args, **change(dict(kwargs)))

        patch.setattr(cls, "__init__", init)


@fault
def lr_is_dropped(patch):
    """An optimizer takes lr and does nothing with it."""
    _with(patch, lambda kwargs: {k: v for k, v in kwargs.items() if k != "lr"})


@fault
def lr_is_the_old_name(patch):
    """An optimizer takes lr for its learning_rate."""

    def change(kwargs):
        if "lr" in kwargs:
            kwargs["learning_rate"] = kwargs.pop("lr")
        return kwargs

    _with(patch, change)


@fault
def decay_raises(patch):
    """An optimizer refuses decay."""

    def change(kwargs):
        if "decay" in kwargs:
            raise ValueError("decay is deprecated")
        return kwargs

    _with(patch, change)


@fault
def decay_is_applied(patch):
    """decay lets the learning rate fall with the inverse of the steps."""

    def change(kwargs):
        if "decay" in kwargs:
            rate, decay = kwargs.get("learning_rate", 0.01), kwargs.pop("decay")
            schedule = keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)
            kwargs["learning_rate"] = schedule
        return kwargs

    _with(patch, change)
