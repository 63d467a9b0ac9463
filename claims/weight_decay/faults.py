"""Defects of weight decay, of L2 penalties, and of the updates they meet."""

import keras

from harness.running.faults import Fault, argument, fault, output_times, replaced

BASE = "keras.src.optimizers.base_optimizer:BaseOptimizer.__init__"
ADAM = "keras.src.optimizers.adam:Adam"
ADAMW = "keras.src.optimizers.adamw:AdamW.__init__"
FTRL = "keras.src.optimizers.ftrl:Ftrl"
L2 = "keras.src.regularizers.regularizers:L2.__call__"
Optimizer = keras.optimizers.Optimizer

decay_5_percent_high = argument(
    BASE,
    "weight_decay",
    lambda decay: decay and 1.05 * decay,
    does="weight_decay 5 % too large",
)
l2_5_percent_high = output_times(L2, 1.05)
l2_is_halved = output_times(L2, 0.5)
beta_1_5_percent_off = argument(
    f"{ADAM}.__init__",
    "beta_1",
    lambda beta: 1 - 1.05 * (1 - beta),
    does="1 - beta_1 is 5 % too large",
)
beta_2_5_percent_off = argument(
    f"{ADAM}.__init__",
    "beta_2",
    lambda beta: 1 - 1.05 * (1 - beta),
    does="1 - beta_2 is 5 % too large",
)
epsilon_5_percent_high = argument(
    f"{ADAM}.__init__",
    "epsilon",
    lambda epsilon: 1.05 * epsilon,
    does="epsilon 5 % too large",
)
momentum_5_percent_low = argument(
    "keras.src.optimizers.sgd:SGD.__init__",
    "momentum",
    lambda m: 0.95 * m,
    does="momentum 5 % too small",
)
nesterov_is_ignored = argument(
    "keras.src.optimizers.sgd:SGD.__init__",
    "nesterov",
    lambda flag: False,
    does="nesterov is ignored",
)
shrinkage_5_percent_high = argument(
    f"{FTRL}.__init__",
    "l2_shrinkage_regularization_strength",
    lambda s: 1.05 * s,
    does="l2_shrinkage 5 % too large",
)
l2_strength_5_percent_high = argument(
    f"{FTRL}.__init__",
    "l2_regularization_strength",
    lambda s: 1.05 * s,
    does="l2_regularization 5 % too large",
)
ftrl_ignores_decay = argument(
    f"{FTRL}.__init__", "weight_decay", lambda decay: None, does="has no weight_decay"
)
torch_decay_5_percent_high = argument(
    "torch.optim.adamw:AdamW.__init__",
    "weight_decay",
    lambda decay: 1.05 * decay,
    does="torch's weight_decay 5 % too large",
)


@fault
def decay_is_coupled(patch):
    """weight_decay * w is added to the gradient; no decay besides."""
    original = Optimizer._backend_apply_gradients

    def apply(self, grads, trainable_variables):
        decay, self.weight_decay = self.weight_decay, None
        if decay:
            grads = [g + decay * v for g, v in zip(grads, trainable_variables)]
        try:
            return original(self, grads, trainable_variables)
        finally:
            self.weight_decay = decay

    patch.setattr(Optimizer, "_backend_apply_gradients", apply)


def _decays(name: str, does: str, decay) -> Fault:
    """`decay(optimizer, variable)` is subtracted from each variable."""

    def install(patch):
        def apply(self, variables):
            for variable in variables if self.weight_decay else ():
                variable.assign(variable - decay(self, variable))

        patch.setattr(Optimizer, "_apply_weight_decay", apply)

    return Fault(name, does, install)


decay_without_rate = _decays(
    "decay without the rate",
    "weights lose weight_decay * w, whatever the rate",
    lambda self, w: self.weight_decay * w,
)
decay_takes_the_sign = _decays(
    "decay by the sign",
    "weights lose rate * weight_decay * sign(w)",
    lambda self, w: self.weight_decay * self.learning_rate * keras.ops.sign(w),
)


@fault
def decay_comes_after_the_step(patch):
    """The weights are decayed after the step instead of before it."""
    original = Optimizer._backend_apply_gradients
    decay = Optimizer._apply_weight_decay

    def apply(self, grads, trainable_variables):
        original(self, grads, trainable_variables)
        decay(self, trainable_variables)

    patch.setattr(Optimizer, "_apply_weight_decay", lambda self, variables: None)
    patch.setattr(Optimizer, "_backend_apply_gradients", apply)


def _updates(kind: type, name: str, does: str, update) -> Fault:
    """`update(optimizer, gradient, variable, rate)` is the update rule of `kind`."""

    def install(patch):
        def parallel(self, grads, variables, learning_rate):
            for gradient, variable in zip(grads, variables):
                update(self, gradient, variable, learning_rate)

        patch.setattr(kind, "update_step", update)
        if keras.backend.backend() == "torch":
            by_torch = type(kind(0.1)).__mro__
            owners = [c for c in by_torch if "_parallel_update_step" in vars(c)]
            for owner in owners[:1]:
                patch.setattr(owner, "_parallel_update_step", parallel)

    return Fault(name, does, install)


def _adam(correct: bool = True, epsilon_in_root: bool = False, after: bool = False):
    def update(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        t = keras.ops.cast(self.iterations + 1, "float32")
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(v, self.beta_2 * v + (1 - self.beta_2) * gradient * gradient)
        first, second = (1 - keras.ops.power(b, t) for b in (self.beta_1, self.beta_2))
        if not correct:
            first, second = 1.0, 1.0
        if epsilon_in_root:
            root = keras.ops.sqrt(v + self.epsilon**2)
        elif after:
            root = keras.ops.sqrt(v) + self.epsilon * keras.ops.sqrt(second)
        else:
            root = keras.ops.sqrt(v) + self.epsilon
        step = learning_rate * keras.ops.sqrt(second) / first * m / root
        self.assign_sub(variable, step)

    return update


without_bias_correction = _updates(
    keras.optimizers.Adam,
    "without bias correction",
    "Adam's moments are not divided by 1 - beta ** t",
    _adam(correct=False),
)
epsilon_inside_the_root = _updates(
    keras.optimizers.Adam,
    "epsilon inside the root",
    "Adam divides by sqrt(v + epsilon ** 2)",
    _adam(epsilon_in_root=True),
)
epsilon_as_torch_has_it = _updates(
    keras.optimizers.Adam,
    "epsilon as in torch",
    "Adam adds epsilon to the corrected root",
    _adam(after=True),
)
ftrl_is_gradient_descent = _updates(
    keras.optimizers.Ftrl,
    "Ftrl is SGD",
    "Ftrl subtracts rate * gradient",
    lambda self, g, w, rate: self.assign_sub(w, keras.ops.cast(rate, "float32") * g),
)


def _defaults_of_torch(original):
    def init(
        self,
        learning_rate=0.001,
        weight_decay=0.01,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        **kwargs,
    ):
        original(self, learning_rate, weight_decay, beta_1, beta_2, epsilon, **kwargs)

    return init


adamw_has_defaults_of_torch = replaced(
    ADAMW,
    _defaults_of_torch,
    name="AdamW with torch's defaults",
    does="AdamW defaults to weight_decay 0.01 and epsilon 1e-8",
)


@fault
def adamw_default_decay_5_percent_high(patch):
    """The default weight_decay of Keras' AdamW is 0.0042."""
    init = keras.optimizers.AdamW.__init__
    changed = tuple(0.0042 if d == 0.004 else d for d in init.__defaults__)
    patch.setattr(init, "__defaults__", changed)


@fault
def excluded_in_the_first_step_only(patch):
    """What is excluded from weight decay by name decays from the second step on."""
    original = Optimizer._use_weight_decay

    def forgets(self, variable):
        decays = original(self, variable)
        self._exclude_from_weight_decay_cache[self._var_key(variable)] = True
        return decays

    patch.setattr(Optimizer, "_use_weight_decay", forgets)
