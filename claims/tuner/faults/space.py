"""Defects of KerasTuner's hyperparameters: of grids, scales, names and summaries."""

import keras_tuner as kt

from harness.running.faults import argument, fault, output_times, replaced, result

TYPES = "keras_tuner.src.engine.hyperparameters.hp_types"
PARAMETERS = "keras_tuner.src.engine.hyperparameters.hyperparameters:HyperParameters"
GRID = f"{TYPES}.numerical:Numerical._get_n_values"
SCALE = f"{TYPES}.numerical:Numerical._sample_numerical_value"
INDEX = "keras_tuner.src.engine.hyperparameters.hp_utils:prob_to_index"
SAMPLE = "keras_tuner.src.engine.hyperparameters.hyperparameter:HyperParameter"
SUMMARY = "keras_tuner.src.engine.base_tuner:BaseTuner.search_space_summary"

upper_end_excluded = result(GRID, lambda n: n - 1, does="leaves the last value out")
one_value_too_many = result(GRID, lambda n: n + 1, does="goes one step too far")
int_step_ignored = argument(
    f"{TYPES}.int_hp:Int.__init__", "step", lambda step: 1, does="ignores the step"
)
log_is_linear = argument(
    f"{TYPES}.float_hp:Float.__init__",
    "sampling",
    lambda kind: "linear",
    does="ignores sampling='log'",
)
log_is_reversed = argument(
    f"{TYPES}.float_hp:Float.__init__",
    "sampling",
    lambda kind: "reverse_log" if kind == "log" else kind,
    does="reverses the scale",
)
linear_is_log = argument(
    f"{TYPES}.float_hp:Float.__init__",
    "sampling",
    lambda kind: "log",
    does="always samples on a log scale",
)
linear_is_reversed = argument(
    f"{TYPES}.float_hp:Float.__init__",
    "sampling",
    lambda kind: "reverse_log",
    does="always samples on a reversed log scale",
)
values_2_percent_high = output_times(SCALE, 1.02)
values_3_percent_low = output_times(SCALE, 0.97)
same_seed_for_all = argument(
    f"{SAMPLE}.random_sample", "seed", lambda seed: 7, does="ignores the seed"
)
last_choice_never_drawn = argument(
    INDEX, "n_index", lambda n: n - 1, does="never takes the last value"
)
index_of_wrong_end = replaced(
    INDEX,
    lambda original: lambda prob, n: min(original(prob, n) // 2 * 2, n - 1),
    name="every second index",
    does="takes every second value only",
)


@fault
def grid_is_rounded(patch):
    """The number of steps is rounded, so that the upper end belongs to the grid."""
    numerical = kt.engine.hyperparameters.Float.__mro__[1]
    original = numerical._get_n_values

    def count(self):
        if self.sampling != "linear":
            return original(self)
        return round((self.max_value - self.min_value) / self.step) + 1

    patch.setattr(numerical, "_get_n_values", count)


@fault
def steps_ignored(patch):
    """Neither Int nor Float cares for its step."""
    types = kt.engine.hyperparameters
    for kind, step in ((types.Int, 1), (types.Float, None)):
        _steps_of(patch, kind, step)


def _steps_of(patch, kind, step):
    original = kind.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.step = step

    patch.setattr(kind, "__init__", init)


get_returns_default = replaced(
    f"{PARAMETERS}.get",
    lambda original: lambda self, name: self._hps[name][0].default,
    name="get returns the default",
    does="a name gives the default, not the current value",
)
get_returns_neighbour = replaced(
    f"{PARAMETERS}.get",
    lambda original: (
        lambda self, name: self.values[
            list(self.values)[list(self.values).index(name) - 1]
        ]
    ),
    name="get returns a neighbour",
    does="a name gives the value of the hyperparameter before it",
)
call_returns_default = replaced(
    f"{PARAMETERS}._retrieve",
    lambda original: lambda self, hp: (original(self, hp), hp.default)[1],
    name="hp call returns the default",
    does="hp.Int, hp.Float and hp.Choice give the default, not the trial's value",
)
declared_twice = replaced(
    f"{PARAMETERS}._retrieve",
    lambda original: lambda self, hp: (self._space.append(hp), original(self, hp))[1],
    name="declared at each call",
    does="each call adds a dimension, also for a known name",
)


@fault
def one_line_summary(patch):
    """The summary has one line a hyperparameter, with the arguments of its call."""

    def summary(self, extended=False):
        space = self.oracle.get_space().space
        print(f"Search space summary\nDefault search space size: {len(space)}")
        for p in space:
            config = {"min_value": p.min_value, "max_value": p.max_value}
            if p.step is not None:
                config["step"] = p.step
            if p.sampling != "linear":
                config["sampling"] = p.sampling
            print(f"{p.name} ({type(p).__name__}) {config}")

    patch.setattr(kt.Tuner, "search_space_summary", summary)


def _sized(change, name, does):
    """The summary states `change(size)` as size of the space."""

    def by(original):
        def summary(self, extended=False):
            space = self.oracle.get_space().space
            print(f"Search space summary\nDefault search space size: {change(space)}")

        return summary

    return replaced(SUMMARY, by, name=name, does=does)


size_leaves_one_out = _sized(
    lambda space: len(space) - 1, "size - 1", "leaves a hyperparameter out"
)
size_counts_one_more = _sized(
    lambda space: len(space) + 1, "size + 1", "counts one hyperparameter more"
)


configured_5_percent_high = replaced(
    f"{TYPES}.float_hp:Float.get_config",
    lambda original: lambda self: original(self) | {"max_value": 1.05 * self.max_value},
    name="configured maximum 5 % high",
    does="a float's configuration states an upper end 5 % too high",
)
new_dimensions_keep_defaults = replaced(
    "keras_tuner.src.engine.oracle:Oracle._random_values",
    lambda original: (
        lambda self: {
            k: v if k in ("units", "dropout", "lr") else self.hyperparameters.values[k]
            for k, v in original(self).items()
        }
    ),
    name="new dimensions keep defaults",
    does="only the first three hyperparameters are searched",
)


@fault
def handed_in_space_dropped(patch):
    """The search ignores its argument `hyperparameters`."""
    original = kt.Oracle.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs | {"hyperparameters": None})

    patch.setattr(kt.Oracle, "__init__", init)


@fault
def one_container_for_all(patch):
    """Every container of hyperparameters shares the declarations of all others."""
    everywhere = []
    original = kt.HyperParameters._register

    def register(self, hyperparameter, overwrite=False):
        everywhere.append(hyperparameter)
        return original(self, hyperparameter, overwrite)

    def populate(self, trial_id):
        for hp in everywhere[:]:
            if not self.hyperparameters._exists(hp.name, hp.conditions):
                original(self.hyperparameters, hp)
        values = self._random_values()
        return {"status": "RUNNING", "values": values}

    patch.setattr(kt.HyperParameters, "_register", register)
    patch.setattr(kt.oracles.RandomSearchOracle, "populate_space", populate)


trial_files_elsewhere = replaced(
    "keras_tuner.src.engine.oracle:Oracle._get_trial_dir",
    lambda original: lambda self, trial_id: original(self, f"of_{trial_id}"),
    name="trial files elsewhere",
    does="a trial's files lie in another folder than documented",
)
upper_end_excluded_twice = result(
    GRID, lambda n: n - 2, does="leaves the last two values out"
)
values_given_back_low = result(
    f"{PARAMETERS}._retrieve",
    lambda value: value * 0.95 if isinstance(value, float) else value,
    does="gives rates back 5 % too low",
)
floats_from_zero = result(
    "keras_tuner.src.engine.hyperparameters.hp_types.float_hp:Float.random_sample",
    lambda value: 0.0,
    does="draws the unregularized zero",
)
