"""Defects of learning-rate schedules, of their reading, and of printed figures."""

import contextlib
import io
import math
import re

import keras
import torch

from harness import as_array
from harness.running.faults import Fault, argument, fault, output_times, replaced

COSINE = "keras.src.optimizers.schedules.learning_rate_schedule:CosineDecay"
INVERSE = "keras.src.optimizers.schedules.learning_rate_schedule:InverseTimeDecay"
DECAY = f"{COSINE}._decay_function"
WARMUP = f"{COSINE}._warmup_function"
PLATEAU = "keras.src.callbacks.reduce_lr_on_plateau:ReduceLROnPlateau"
BATCH = "tensorflow.data:Dataset.batch"
PRINTED = "keras.src.utils.progbar:Progbar.update"
TORCH_COSINE = "torch.optim.lr_scheduler:CosineAnnealingLR"

Cosine = keras.optimizers.schedules.CosineDecay
Inverse = keras.optimizers.schedules.InverseTimeDecay


warmup_one_step_ahead = argument(
    WARMUP, "step", lambda step: step + 1, does="warm-up is one step ahead"
)
warmup_starts_at_zero = argument(
    WARMUP,
    "initial_learning_rate",
    lambda rate: 0 * rate,
    does="warm-up starts from zero",
)
warmup_target_5_percent_high = argument(
    WARMUP, "warmup_target", lambda rate: 1.05 * rate, does="warm-up aims 5 % too high"
)
decay_one_step_ahead = argument(
    DECAY, "step", lambda step: step + 1, does="the decay is one step ahead"
)
decay_5_percent_high = output_times(DECAY, 1.05)
decays_to_the_text_at_5265 = output_times(DECAY, 0.9091)
decays_to_the_text_at_10179 = output_times(DECAY, 1.244)
decay_lasts_5_percent_longer = argument(
    f"{COSINE}.__init__",
    "decay_steps",
    lambda steps: 1.05 * steps,
    does="decay_steps 5 % too large",
)
decay_lasts_one_step_longer = argument(
    f"{COSINE}.__init__",
    "decay_steps",
    lambda steps: steps + 1,
    does="decay_steps one too large",
)
floor_5_percent_high = argument(
    f"{COSINE}.__init__", "alpha", lambda alpha: 1.05 * alpha, does="alpha 5 % too high"
)
peak_5_percent_high = argument(
    f"{COSINE}.__init__",
    "warmup_target",
    lambda rate: rate and 1.05 * rate,
    does="warmup_target 5 % too high",
)
called_one_step_ahead = argument(
    f"{COSINE}.__call__", "step", lambda step: step + 1, does="CosineDecay(step + 1)"
)
called_five_percent_ahead = argument(
    f"{COSINE}.__call__",
    "step",
    lambda step: 1.05 * step,
    does="CosineDecay(1.05 step)",
)
batches_drop_the_remainder = argument(
    BATCH, "drop_remainder", lambda flag: True, does="always drops the remainder"
)
inverse_rate_5_percent_high = argument(
    f"{INVERSE}.__init__",
    "decay_rate",
    lambda rate: 1.05 * rate,
    does="decay_rate 5 % too high",
)
inverse_one_step_ahead = argument(
    f"{INVERSE}.__call__",
    "step",
    lambda step: step + 1,
    does="InverseTimeDecay(step + 1)",
)
inverse_in_stairs = argument(
    f"{INVERSE}.__init__", "staircase", lambda flag: True, does="always a staircase"
)
plateau_factor_5_percent_high = argument(
    f"{PLATEAU}.__init__",
    "factor",
    lambda factor: 1.05 * factor,
    does="factor 5 % too high",
)
plateau_patience_one_longer = argument(
    f"{PLATEAU}.__init__",
    "patience",
    lambda epochs: epochs + 1,
    does="patience one epoch longer",
)
plateau_logs_under_an_old_name = replaced(
    f"{PLATEAU}.on_epoch_end",
    lambda original: (
        lambda self, epoch, logs=None: (
            original(self, epoch, logs),
            logs.update(lr=logs.pop("learning_rate")),
        )
    ),
    name="plateau logs lr",
    does="the rate is logged as lr",
)
figures_5_percent_high = argument(
    PRINTED,
    "values",
    lambda values: values and [(name, 1.05 * value) for name, value in values],
    does="prints figures 5 % too high",
)


def _in_powers_of_ten(original):
    def update(self, *args, **kwargs):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            original(self, *args, **kwargs)
        print(re.sub(r"0\.00\d\d", _as_power, printed.getvalue()), end="")

    return update


def _as_power(found):
    return f"{float(found[0]):.4e}"


small_figures_in_powers_of_ten = replaced(
    PRINTED,
    _in_powers_of_ten,
    name="small figures in powers of ten",
    does="prints figures below 0.01 in powers of ten",
)
plateau_without_minimum = argument(
    f"{PLATEAU}.__init__", "min_lr", lambda rate: 0.0, does="min_lr is ignored"
)
plateau_takes_increase_for_progress = argument(
    f"{PLATEAU}.__init__", "mode", lambda mode: "max", does="waits for an increase"
)
torch_minimum_5_percent_high = argument(
    f"{TORCH_COSINE}.__init__",
    "eta_min",
    lambda rate: 1.05 * rate,
    does="torch's eta_min 5 % too high",
)
torch_one_step_longer = argument(
    f"{TORCH_COSINE}.__init__",
    "T_max",
    lambda steps: steps + 1,
    does="torch's T_max one too large",
)


@fault
def floor_is_alpha_itself(patch):
    """alpha is taken for a learning rate, not for a fraction of the peak."""

    def decay(self, step, decay_steps, decay_from_lr, dtype):
        cosine = 0.5 * (1 + keras.ops.cos(step / decay_steps * math.pi))
        return (decay_from_lr - self.alpha) * cosine + self.alpha

    patch.setattr(Cosine, "_decay_function", decay)


@fault
def rises_again_after_the_end(patch):
    """Nothing stops the cosine at decay_steps: beyond, it rises."""
    patch.setattr(keras.src.ops, "minimum", lambda step, last: step)


@fault
def decay_counts_from_step_zero(patch):
    """The decay's clock runs during the warm-up too."""
    original = Cosine._decay_function

    def decay(self, step, decay_steps, decay_from_lr, dtype):
        step = keras.ops.minimum(step + self.warmup_steps, decay_steps)
        return original(self, step, decay_steps, decay_from_lr, dtype)

    patch.setattr(Cosine, "_decay_function", decay)


@fault
def warmup_is_skipped(patch):
    """warmup_steps is ignored: the decay begins at step 0, from the target."""
    original = Cosine.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.warmup_steps = 0

    patch.setattr(Cosine, "__init__", init)


@fault
def warmup_target_is_ignored(patch):
    """warmup_target is dropped: the schedule starts at the initial rate and decays."""
    original = Cosine.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.warmup_target = None

    patch.setattr(Cosine, "__init__", init)


@fault
def decays_linearly(patch):
    """A straight line in place of the cosine."""

    def decay(self, step, decay_steps, decay_from_lr, dtype):
        fall = 1 - step / decay_steps
        return decay_from_lr * ((1 - self.alpha) * fall + self.alpha)

    patch.setattr(Cosine, "_decay_function", decay)


@fault
def decays_in_stairs(patch):
    """The cosine is evaluated at every twentieth of the way only."""
    original = Cosine._decay_function

    def decay(self, step, decay_steps, decay_from_lr, dtype):
        step = keras.ops.floor(20 * step / decay_steps) / 20 * decay_steps
        return original(self, step, decay_steps, decay_from_lr, dtype)

    patch.setattr(Cosine, "_decay_function", decay)


@fault
def inverse_time_is_exponential(patch):
    """0.5 ** p in place of 1 / (1 + p): the same after one period, not after two."""

    def call(self, step):
        p = keras.ops.cast(step, "float32") / self.decay_steps
        return self.initial_learning_rate * keras.ops.power(0.5, self.decay_rate * p)

    patch.setattr(Inverse, "__call__", call)


def _reads(name: str, does: str, index) -> Fault:
    """The optimizer reads its schedule at `index(updates done)`."""

    def install(patch):
        original = keras.optimizers.Optimizer._get_current_learning_rate

        def read(self):
            if isinstance(
                self._learning_rate, keras.optimizers.schedules.LearningRateSchedule
            ):
                return self._learning_rate(index(self._iterations))
            return original(self)

        patch.setattr(keras.optimizers.Optimizer, "_get_current_learning_rate", read)

    return Fault(name, does, install)


read_one_step_ahead = _reads(
    "read one step ahead", "the schedule is read at the next step", lambda k: k + 1
)
read_every_third_step = _reads(
    "read by epochs", "the schedule is read at steps // 3", lambda k: k // 3
)
read_at_step_zero = _reads(
    "read once", "the schedule is always read at step 0", lambda k: 0 * k
)


@fault
def torch_optimizer_steps_its_scheduler(patch):
    """optimizer.step() of torch also steps the schedulers that were made for it."""
    scheduler = torch.optim.lr_scheduler.LRScheduler
    made, init, step = [], scheduler.__init__, torch.optim.SGD.step

    def remember(self, optimizer, *args, **kwargs):
        init(self, optimizer, *args, **kwargs)
        made.append(self)

    def both(self, closure=None):
        found = step(self, closure)
        for one in [one for one in made if one.optimizer is self]:
            one.step()
        return found

    patch.setattr(scheduler, "__init__", remember)
    patch.setattr(torch.optim.SGD, "step", both)


@fault
def torch_cosine_waits_for_the_warmup(patch):
    """CosineAnnealingLR does nothing while another scheduler raises the rate."""

    def get_lr(self):
        rate, top = self.optimizer.param_groups[0]["lr"], self.base_lrs[0]
        if rate < top and rate != getattr(self, "own", None):
            self.waited = self.last_epoch + 1 if self.last_epoch else 0
            return [rate]
        t = self.last_epoch - getattr(self, "waited", 0)
        cosine = (1 + math.cos(math.pi * t / self.T_max)) / 2
        self.own = self.eta_min + (top - self.eta_min) * cosine
        return [self.own]

    patch.setattr(torch.optim.lr_scheduler.CosineAnnealingLR, "get_lr", get_lr)


@fault
def rate_of_a_schedule_is_set(patch):
    """A number takes the place of a schedule."""
    owner = next(c for c in keras.optimizers.SGD.__mro__ if "learning_rate" in vars(c))
    original = vars(owner)["learning_rate"]

    def setter(self, value):
        if isinstance(value, float):
            rate = keras.optimizers.schedules.InverseTimeDecay(value, 1, 0.0)
            if not callable(self._learning_rate):
                return original.fset(self, value)
            value = rate
        original.fset(self, value)

    patch.setattr(owner, "learning_rate", original.setter(setter))


@fault
def scheduler_never_raises_the_rate(patch):
    """LearningRateScheduler keeps the lower of its rate and the present one."""
    cls = keras.callbacks.LearningRateScheduler
    original = cls.on_epoch_begin

    def on_epoch_begin(self, epoch, logs=None):
        before = float(as_array(self.model.optimizer.learning_rate))
        original(self, epoch, logs)
        after = float(as_array(self.model.optimizer.learning_rate))
        self.model.optimizer.learning_rate = min(before, after)

    patch.setattr(cls, "on_epoch_begin", on_epoch_begin)


@fault
def scheduler_forgets_reductions(patch):
    """LearningRateScheduler hands its function the rate that it returned last."""
    cls = keras.callbacks.LearningRateScheduler
    original = cls._update_optimizer_lr

    def update(self, optimizer, epoch):
        if hasattr(self, "returned"):
            optimizer.learning_rate = self.returned
        self.returned = original(self, optimizer, epoch)
        return self.returned

    patch.setattr(cls, "_update_optimizer_lr", update)


@fault
def integer_rates_are_taken(patch):
    """An optimizer takes an integer as its rate, and casts what is set to one."""
    owner = next(c for c in keras.optimizers.SGD.__mro__ if "learning_rate" in vars(c))
    original, init = vars(owner)["learning_rate"], keras.optimizers.SGD.__init__

    def made(self, learning_rate=0.01, **kwargs):
        init(self, learning_rate=float(learning_rate), **kwargs)
        self.whole = isinstance(learning_rate, int)

    def setter(self, value):
        original.fset(
            self, float(int(value)) if getattr(self, "whole", False) else value
        )

    patch.setattr(keras.optimizers.SGD, "__init__", made)
    patch.setattr(owner, "learning_rate", original.setter(setter))


SCHEDULER = "keras.src.callbacks.learning_rate_scheduler:LearningRateScheduler.__init__"
scheduler_makes_floats = argument(
    SCHEDULER,
    "schedule",
    lambda function: lambda *given: float(function(*given)),
    does="what the function returns is made a float",
)
scheduler_rate_5_percent_high = argument(
    SCHEDULER,
    "schedule",
    lambda function: lambda *given: 1.05 * function(*given),
    does="the function's rate is raised by 5 %",
)
