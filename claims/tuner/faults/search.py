"""Defects of KerasTuner's search: of trials, their results, files and resumption."""

import keras_tuner as kt

from harness.running.faults import argument, fault, replaced, result

ORACLE = "keras_tuner.src.engine.oracle:Oracle"
TUNER = "keras_tuner.src.engine.tuner:Tuner"
BASE = "keras_tuner.src.engine.base_tuner:BaseTuner"
OBJECTIVE = "keras_tuner.src.engine.objective"
RESULTS = "keras_tuner.src.engine.tuner_utils"

one_trial_more = argument(
    f"{ORACLE}.__init__", "max_trials", lambda n: n + 1, does="runs one trial more"
)
one_trial_fewer = argument(
    f"{ORACLE}.__init__", "max_trials", lambda n: n - 1, does="runs one trial less"
)


@fault
def repeats_its_first_point(patch):
    """The search proposes the values of its first trial again and again."""
    original = kt.oracles.RandomSearchOracle.populate_space

    def populate(self, trial_id):
        if not self.trials:
            return original(self, trial_id)
        first = next(iter(self.trials.values()))
        return {"status": "RUNNING", "values": dict(first.hyperparameters.values)}

    patch.setattr(kt.oracles.RandomSearchOracle, "populate_space", populate)


@fault
def one_seed_for_all_axes(patch):
    """All hyperparameters of a trial are drawn from the same random number."""
    random = vars(kt.Oracle)["_random_values"]

    def values(self):
        start = self._seed_state
        drawn = random(self)
        for p in self.hyperparameters.space:
            drawn[p.name] = p.random_sample(start)
        return drawn

    patch.setattr(kt.Oracle, "_random_values", values)


one_execution_only = replaced(
    f"{TUNER}.run_trial",
    lambda original: lambda self, *args, **kwargs: original(self, *args, **kwargs)[:1],
    name="one execution counts",
    does="only the first execution of a trial counts",
)
executions_ignored = argument(
    f"{TUNER}.__init__", "executions_per_trial", lambda n: 1, does="trains once"
)
best_execution_counts = replaced(
    f"{RESULTS}:average_metrics_dicts",
    lambda original: lambda dicts: {k: max(d[k] for d in dicts) for k in dicts[0]},
    name="best execution counts",
    does="takes the best execution in place of their mean",
)
mean_2_percent_high = result(
    f"{RESULTS}:average_metrics_dicts",
    lambda mean: {k: 1.02 * v for k, v in mean.items()},
    does="a mean 2 % too high",
)
direction_flipped = result(
    f"{OBJECTIVE}:create_objective",
    lambda o: kt.Objective(o.name, {"max": "min", "min": "max"}[o.direction]),
    does="minimizes what is to be maximized",
)
always_minimized = result(
    f"{OBJECTIVE}:create_objective",
    lambda o: kt.Objective(o.name, "min"),
    does="minimizes every objective",
)
second_best_first = result(
    f"{ORACLE}.get_best_trials",
    lambda trials: trials[1:] + trials[:1],
    does="the best trial comes last",
)


@fault
def worst_trial_is_best(patch):
    """Of all trials, the last one that was run counts as the best."""

    def last(self, num_trials=1):
        return list(self.trials.values())[::-1][:num_trials]

    patch.setattr(kt.Oracle, "get_best_trials", last)


epochs_ignored = replaced(
    f"{TUNER}._build_and_fit_model",
    lambda original: (
        lambda self, trial, *args, **kwargs: original(
            self, trial, *args, **kwargs | {"epochs": 1}
        )
    ),
    name="epochs ignored",
    does="trains one epoch whatever search() was told",
)
one_epoch_more = replaced(
    f"{TUNER}._build_and_fit_model",
    lambda original: (
        lambda self, trial, *args, **kwargs: original(
            self, trial, *args, **kwargs | {"epochs": kwargs.get("epochs", 1) + 1}
        )
    ),
    name="one epoch more",
    does="trains an epoch longer than search() was told",
)
callbacks_dropped = replaced(
    f"{TUNER}._deepcopy_callbacks",
    lambda original: lambda self, callbacks: [],
    name="callbacks dropped",
    does="the callbacks of search() are not used",
)
callbacks_not_copied = replaced(
    f"{TUNER}._deepcopy_callbacks",
    lambda original: lambda self, callbacks: list(callbacks),
    name="callbacks not copied",
    does="hands the callbacks themselves to fit",
)
validation_is_training = replaced(
    f"{TUNER}._build_and_fit_model",
    lambda original: (
        lambda self, trial, *args, **kwargs: original(
            self, trial, *args, **kwargs | {"validation_data": args}
        )
    ),
    name="validates on training data",
    does="validates on the training data",
)


@fault
def model_is_kept(patch):
    """Only the first trial builds a model; the others go on with it."""
    original = kt.Tuner._try_build

    def build(self, hp):
        if "kept" not in vars(self):
            self.kept = original(self, hp)
        return self.kept

    patch.setattr(kt.Tuner, "_try_build", build)


project_in_parent = argument(
    f"{BASE}.__init__",
    "project_name",
    lambda name: "untitled_project",
    does="ignores the project's name",
)
checkpoint_not_saved = replaced(
    f"{RESULTS}:SaveBestEpoch._save_model",
    lambda original: lambda self: None,
    name="no checkpoint",
    does="the weights of a trial are not saved",
)
never_reloads = argument(
    f"{BASE}.__init__", "overwrite", lambda value: True, does="always starts afresh"
)
never_overwrites = argument(
    f"{BASE}.__init__", "overwrite", lambda value: False, does="always reloads"
)


@fault
def interrupted_trial_is_lost(patch):
    """The trial that ran when the process was killed isn't run again."""
    original = kt.Oracle.reload

    def reload(self):
        original(self)
        self._retry_queue.clear()

    patch.setattr(kt.Oracle, "reload", reload)


@fault
def results_are_lost(patch):
    """The scores of reloaded trials are gone."""
    original = kt.Oracle.reload

    def reload(self):
        original(self)
        for trial in self.trials.values():
            trial.status = "RUNNING"

    patch.setattr(kt.Oracle, "reload", reload)


minutes_and_seconds_swapped = result(
    "keras_tuner.src.engine.oracle:Display.format_duration",
    lambda text: " ".join([*text.split()[:-2], *text.split()[:-3:-1]]),
    does="swaps minutes and seconds",
)
duration_2_percent_long = argument(
    "keras_tuner.src.engine.oracle:Display.format_duration",
    "d",
    lambda duration: duration * 1.02,
    does="a duration 2 % too long",
)
last_epoch_counts = replaced(
    f"{RESULTS}:_get_best_value_and_best_epoch_from_history",
    lambda original: (
        lambda history, objective: (
            {name: values[-1] for name, values in history.history.items()},
            len(history.history[objective.name]) - 1,
        )
    ),
    name="last epoch counts",
    does="a training counts with its last epoch in place of its best",
)
no_callbacks_allowed = replaced(
    f"{TUNER}.run_trial",
    lambda original: (
        lambda self, trial, *args, callbacks=None, **kwargs: original(
            self, trial, *args, callbacks=callbacks or [], **kwargs
        )
    ),
    name="None is no callbacks",
    does="takes None for no callbacks",
)
