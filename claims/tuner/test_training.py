"""What a search does with models: it builds, fits, stops and saves them."""

import os
import threading

import keras
import keras_tuner as kt
import numpy as np
from hypothesis import strategies as st
from keras_tuner.src.engine.tuner_utils import SaveBestEpoch

from claims.common.callback_runs import best_epoch, drive, one_weight, validation
from claims.common.tuners import folder
from claims.documents import day7
from claims.tuner.faults import search as faults
from claims.tuner.faults import space as space_faults
from claims.tuner.faults import training as training_faults
from claims.tuner.trained_search import EPOCHS, Recorded, Search, X, Y, search
from harness import QUALIFIED, REFUTED, UPHELD, as_array, claim, example, given, judge
from harness.lab.search import OBJECTIVE

TUNER = "keras_tuner.src.engine.tuner:Tuner"
BASE = "keras_tuner.src.engine.base_tuner:BaseTuner"

search_passes_fit_arguments = claim(
    "tuner.search-passes-fit-arguments",
    says="search() takes what fit() takes: data, validation data, epochs and callbacks "
    "reach the training of every trial.",
    sources=[day7[164:170]],
    verdict=UPHELD,
    why="search(*fit_args, **fit_kwargs) hands its arguments on to HyperModel.fit. The "
    "callbacks have a claim of their own: tuner.callbacks-pass-straight-through.",
    explained_by=[f"{TUNER}._build_and_fit_model", f"{TUNER}.run_trial"],
    faults=[
        faults.epochs_ignored,
        faults.one_epoch_more,
        faults.validation_is_training,
    ],
)


@search_passes_fit_arguments.as_worded
def test_the_arguments_arrive_in_each_trial():
    """Each trial is fitted with the arrays, 5 epochs and the validation data given."""
    run = search()

    judge.equal(len(run.hypermodel.fitted), 2, what="fits")
    for _, (x, y), kwargs, _ in run.hypermodel.fitted:
        judge.equal(x, X, what="x")
        judge.equal(y, Y, what="y")
        judge.equal(kwargs["validation_data"][0], 2 * X, what="validation data")
        judge.equal([kwargs["epochs"], kwargs["verbose"]], [EPOCHS, 0], what="epochs")


exact_signature = claim(
    "tuner.exact-signature",
    says="search() has exactly the signature of fit(): every call of one can be made "
    "of the other.",
    sources=[day7[164]],
    verdict=QUALIFIED,
    why="The signature is search(*fit_args, **fit_kwargs), and run_trial expects the "
    "callbacks as a list. With callbacks=None, the default of fit(), the trial fails.",
    explained_by=[f"{TUNER}.run_trial", f"{BASE}.search"],
    faults=[faults.no_callbacks_allowed, faults.callbacks_dropped],
)


@exact_signature.holds_when(
    "the arguments after the data are named, and the callbacks are a list, as in the "
    "text"
)
def test_a_named_list_of_callbacks_is_taken():
    """The search of the lesson runs, with both callbacks at work in each epoch."""
    run = judge.runs(search, what="named arguments")

    judge.equal(len(run.seen), 2 * (1 + 2), what="epochs watched")


@exact_signature.fails_when("the callbacks are None, which fit() takes")
def test_no_callbacks_are_taken():
    """fit(callbacks=None) runs; search(callbacks=None) completes its trial."""
    options = {"validation_data": (X, Y), "epochs": 1, "callbacks": None, "verbose": 0}
    hypermodel = Recorded()
    model = hypermodel.build(kt.HyperParameters())
    judge.runs(lambda: model.fit(X, Y, **options), what="fit")

    with folder() as path:
        tuner = Search(hypermodel, objective=OBJECTIVE, max_trials=1, directory=path)
        tuner.search(X, Y, **options)
        states = [trial.status for trial in tuner.oracle.trials.values()]
    judge.equal(states, ["COMPLETED"], what="trials")


callbacks_pass_straight_through = claim(
    "tuner.callbacks-pass-straight-through",
    says="Callbacks given to search() pass straight through to each training.",
    sources=[day7[164]],
    evidence=[day7[169]],
    verdict=QUALIFIED,
    why="Each training gets a deep copy of the callbacks. What a callback collects "
    "stays in the copy; one that can't be copied ends the search.",
    explained_by=f"{TUNER}._deepcopy_callbacks",
    faults=[faults.callbacks_dropped, faults.callbacks_not_copied],
)


@callbacks_pass_straight_through.holds_when(
    "only the effect on the training is meant, and the callback can be copied"
)
def test_a_callback_acts_in_every_trial():
    """The watching callback runs at the end of each epoch of both trials."""
    epochs = sum(len(history.epoch) for *_, history in search().hypermodel.fitted)

    judge.at_least(len(search().seen), 2, what="epochs watched")
    judge.equal(len(search().seen), epochs, what="epochs watched")


@callbacks_pass_straight_through.fails_when(
    "the callback object itself is read after the search"
)
def test_the_callback_itself_has_seen_the_epochs():
    """The object that was handed to search() has counted all epochs."""
    judge.equal(search().watching.epochs, len(search().seen), what="epochs counted")


@callbacks_pass_straight_through.fails_throughout("the callback holds a lock")
def test_a_callback_that_cannot_be_copied_ends_the_search():
    """fit takes it, and search raises an error in its first trial."""
    options = {"epochs": 1, "callbacks": [Locked()], "verbose": 0}
    hypermodel = Recorded()
    model = hypermodel.build(kt.HyperParameters())
    judge.runs(lambda: model.fit(X, Y, **options), what="fit")

    with folder() as path:
        tuner = Search(hypermodel, objective=OBJECTIVE, max_trials=1, directory=path)
        judge.raises(
            kt.errors.FatalValueError,
            lambda: tuner.search(X, Y, **options),
            what="search",
        )


class Locked(keras.callbacks.Callback):
    """A lock can't be copied; it stands for files and connections, too."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()


early_stopping_in_search = claim(
    "tuner.early-stopping-in-search",
    says="Early stopping with patience 2 ends hopeless trials before their last epoch.",
    sources=[day7[164]],
    evidence=[day7[169]],
    verdict=QUALIFIED,
    why="It compares a trial with itself only. A trial that is far behind the others, "
    "but gets a little better in each epoch, runs to its end.",
    explained_by="keras.src.callbacks.early_stopping:EarlyStopping.on_epoch_end",
    faults=[training_faults.patience_one_longer, faults.callbacks_dropped],
)


@early_stopping_in_search.holds_when(
    "a trial is hopeless if it makes no progress for two epochs"
)
def test_a_trial_without_progress_ends_after_three_epochs():
    """With a constant validation loss each trial has 1 + 2 of its 5 epochs."""
    epochs = [len(history.epoch) for *_, history in search().hypermodel.fitted]

    judge.equal(epochs, [1 + 2] * 2, what="epochs")


@early_stopping_in_search.fails_when(
    "a trial is hopeless if it is far behind the others"
)
@given(behind=st.integers(2, 99), step=st.integers(1, 9))
@example(behind=9, step=1)
def test_a_trial_far_behind_ends_before_its_last_epoch(behind, step):
    """With losses of `behind` that fall by thousandths, fewer than 8 epochs run."""
    losses = [behind - epoch * step / 1_000 for epoch in range(8)]
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)

    epochs, _ = drive(stopping, validation(losses))

    judge.at_most(epochs, 7, what="epochs")


model_rebuilt_per_trial = claim(
    "tuner.model-rebuilt-per-trial",
    says="The build function is called anew for each trial.",
    sources=[day7[211]],
    verdict=UPHELD,
    why="It is also called once when the tuner is created, to find the search space.",
    explained_by=f"{TUNER}._try_build",
    faults=[faults.model_is_kept],
)


@model_rebuilt_per_trial.as_worded
def test_each_trial_builds_its_model_with_its_values():
    """After the declaring call there is one build a trial, each with its values."""
    run = search()

    built = run.hypermodel.built[run.declaring :]
    judge.equal(run.declaring, 1, what="calls before the search")
    judge.equal(len(built), 2, what="builds")
    found = [list(values.values()) for values in built]
    judge.equal(found, [list(t.values()) for t in run.trials], what="values")
    models = {id(model) for model, *_ in run.hypermodel.fitted}
    judge.equal(len(models), 2, what="models")


constant_lr_per_trial = claim(
    "tuner.constant-lr-per-trial",
    says="The search trains each trial at one constant learning rate.",
    sources=[day7[149], day7[142]],
    verdict=UPHELD,
    explained_by="keras.src.optimizers.base_optimizer:BaseOptimizer.learning_rate",
    faults=[training_faults.rate_decays, space_faults.call_returns_default],
)


@constant_lr_per_trial.as_worded
def test_the_learning_rate_is_that_of_the_trial_in_each_epoch():
    """In each of three epochs the optimizer has the trial's rate."""
    rates = [np.float32(t["lr"]) for t in search().trials for _ in range(3)]

    judge.equal(np.float32(search().seen), rates, what="learning rates")
    judge.equal(len(set(rates)), 2, what="different rates")


checkpoints_in_project_folder = claim(
    "tuner.checkpoints-in-project-folder",
    says="Each trial's model is checkpointed under directory/project_name.",
    sources=[day7[155:156], day7[178]],
    verdict=UPHELD,
    why="The checkpoint holds the weights of the trial's best epoch.",
    explained_by="keras_tuner.src.engine.tuner_utils:SaveBestEpoch",
    faults=[faults.checkpoint_not_saved, faults.project_in_parent],
    differs_on={
        "keras<3": (
            REFUTED,
            "Tuner._get_checkpoint_fname gives a name without .weights.h5 under "
            "Keras 2, so that TensorFlow writes several files "
            "(keras_tuner/src/engine/tuner.py)",
        ),
    },
)


@checkpoints_in_project_folder.as_worded
def test_each_trial_has_its_weights_in_the_project():
    """Both trials have a checkpoint, and all files lie in the project's folder."""
    for trial in ("0", "1"):
        file = f"cifar10_day7/trial_{trial}/checkpoint.weights.h5"
        judge.contains(search().files, file, what="files")
    inside = [file.startswith("cifar10_day7/") for file in search().files]
    judge.true(inside, what="in the project's folder")


@checkpoints_in_project_folder.as_worded
def test_a_checkpoint_holds_the_best_epoch():
    """The file of a trial has the weights of the epoch with the best objective."""
    for values in ([0.5, 0.3, 0.4], [0.2, 0.3, 0.4], [0.4, 0.3, 0.2]):
        with folder() as path:
            file = os.path.join(path, "checkpoint.weights.h5")
            callback = SaveBestEpoch(kt.Objective("val_loss", "min"), file)
            drive(callback, validation(values))
            judge.true(os.path.exists(file), what="a file is written")
            model = one_weight()
            model.load_weights(file)
        kernel = as_array(model.layers[0].kernel)
        judge.equal(int(kernel[0, 0]), best_epoch(values), what="epoch of the weights")
