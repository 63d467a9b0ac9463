"""Defects of KerasTuner's other searches, Hyperband and Bayesian optimization."""

import keras_tuner as kt
from keras_tuner.src.tuners import bayesian

from harness.running.faults import argument, fault, replaced, result

HYPERBAND = "keras_tuner.src.tuners.hyperband:HyperbandOracle"
BAYESIAN = "keras_tuner.src.tuners.bayesian:BayesianOptimizationOracle"


@fault
def hyperband_takes_max_trials(patch):
    """Hyperband accepts max_trials and stops after that many trials."""
    original = kt.Hyperband.__init__

    def init(self, *args, max_trials=None, **kwargs):
        original(self, *args, **kwargs)
        self.oracle.max_trials = max_trials

    patch.setattr(kt.Hyperband, "__init__", init)


@fault
def hyperband_trains_as_told(patch):
    """Hyperband trains each trial as many epochs as search() says."""
    patch.setattr(kt.Hyperband, "run_trial", kt.Tuner.run_trial)


@fault
def promoted_start_afresh(patch):
    """A promoted trial is trained again from new weights."""
    fresh = kt.Tuner._build_hypermodel
    patch.setattr(kt.Hyperband, "_build_hypermodel", fresh)


@fault
def worst_are_promoted(patch):
    """Hyperband goes on with the worst trials of a round."""
    original = kt.oracles.HyperbandOracle.populate_space

    def populate(self, trial_id):
        kind = type(self.objective)
        right = self.objective
        flipped = {"max": "min", "min": "max"}[right.direction]
        self.objective = kind(right.name, flipped)
        try:
            return original(self, trial_id)
        finally:
            self.objective = right

    patch.setattr(kt.oracles.HyperbandOracle, "populate_space", populate)


all_are_promoted = replaced(
    f"{HYPERBAND}._get_size",
    lambda original: (
        lambda self, bracket_num, round_num: original(self, bracket_num, 0)
    ),
    name="all are promoted",
    does="every trial of a round goes on to the next",
)
one_trial_more_in_each_round = result(
    f"{HYPERBAND}._get_size", lambda n: n + 1, does="a round has a trial more"
)
epochs_of_the_last_round = replaced(
    f"{HYPERBAND}._get_epochs",
    lambda original: lambda self, bracket_num, round_num: self.max_epochs,
    name="all epochs from the start",
    does="trains every trial to the end",
)
one_epoch_more = result(
    f"{HYPERBAND}._get_epochs", lambda n: n + 1, does="a round has an epoch more"
)
factor_one_higher = argument(
    f"{HYPERBAND}.__init__", "factor", lambda n: n + 1, does="a factor one higher"
)


@fault
def bayesian_needs_no_sklearn(patch):
    """Bayesian optimization starts without scikit-learn."""

    def init(self, objective=None, max_trials=10, **kwargs):
        kwargs = {k: v for k, v in kwargs.items() if k not in OWN}
        kt.Oracle.__init__(self, objective, max_trials, **kwargs)
        self.num_initial_points, self.alpha, self.beta = None, 1e-4, 2.6

    patch.setattr(bayesian.BayesianOptimizationOracle, "__init__", init)


OWN = ("num_initial_points", "alpha", "beta")


@fault
def bayesian_searches_at_random(patch):
    """Bayesian optimization draws every point at random."""
    oracle = bayesian.BayesianOptimizationOracle
    patch.setattr(
        oracle, "populate_space", lambda self, trial_id: self._random_populate_space()
    )


surrogate_sees_5_percent_more = replaced(
    f"{BAYESIAN}._vectorize_trials",
    lambda original: lambda self: (lambda x, y: (x, 1.05 * y))(*original(self)),
    name="scores 5 % high",
    does="the surrogate is fitted to scores 5 % too high",
)
sign_forgotten = replaced(
    f"{BAYESIAN}._vectorize_trials",
    lambda original: lambda self: (lambda x, y: (x, -y))(*original(self)),
    name="sign forgotten",
    does="a maximum is modelled as a minimum",
)
uncertain_points_avoided = argument(
    f"{BAYESIAN}.__init__",
    "beta",
    lambda beta: -beta,
    does="points are tried where the surrogate is certain",
)
bayesian_runs_one_more = argument(
    f"{BAYESIAN}.__init__", "max_trials", lambda n: n + 1, does="runs one trial more"
)


@fault
def trials_need_no_tensorboard(patch):
    """KerasTuner looks for TensorBoard only if a callback writes its logs."""
    original = kt.Tuner._configure_tensorboard_dir

    def configure(self, callbacks, trial, execution=0):
        if any(type(c).__name__ == "TensorBoard" for c in callbacks):
            original(self, callbacks, trial, execution)

    patch.setattr(kt.Tuner, "_configure_tensorboard_dir", configure)


@fault
def trials_fail_with_tensorboard(patch):
    """KerasTuner's trials fail whatever is installed."""

    def configure(self, callbacks, trial, execution=0):
        raise ModuleNotFoundError("No module named 'tensorboard_plugin'")

    patch.setattr(kt.Tuner, "_configure_tensorboard_dir", configure)


@fault
def another_version_is_imported(patch):
    """The module imported is of another version than the one installed."""
    patch.setattr(kt, "__version__", "1.4.7")
