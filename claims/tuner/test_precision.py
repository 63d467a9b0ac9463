"""Mixed precision and a search: which dtype its models compute in."""

from claims.common.policy_in_search import search
from claims.documents import day7
from claims.mixed_precision import faults
from harness import REFUTED, claim, judge

BUILT = "keras_tuner.src.engine.tuner:Tuner._try_build"
CLEARED = "keras.src.backend.common.global_state:clear_session"

search_in_mixed_precision = claim(
    "tuner.search-in-mixed-precision",
    says="With the policy set at the top of the script, the search trains in mixed "
    "precision.",
    sources=[day7[118], day7[165:173]],
    verdict=REFUTED,
    severity="lesson",
    instead="Call set_global_policy in build_model, too: the tuner clears the session, "
    "and with it the policy, before each trial, whose model is float32 otherwise.",
    why="The tuner clears Keras' session before it calls the build function. The "
    "trial's layers are then float32, and its optimizer does not scale the loss.",
    explained_by=[BUILT, CLEARED],
    faults=[faults.clearing_keeps_the_policy],
)


@search_in_mixed_precision.as_worded
def test_the_trial_computes_in_float16():
    """The model of a trial of one epoch is mixed, as before the search."""
    run = search()

    judge.equal(run.before, ("float16", "LossScaleOptimizer"), what="before")
    judge.equal(run.trials, [("float16", "LossScaleOptimizer")], what="trial")


@search_in_mixed_precision.instead
def test_the_trial_is_float32_unless_the_build_function_sets_the_policy():
    """Float32 and a plain Adam; float16 and scaling with the call in the function."""
    judge.equal(search().trials, [("float32", "Adam")], what="policy set at the top")
    found = search(True).trials
    judge.equal(found, [("float16", "LossScaleOptimizer")], what="in build_model")


rebuilt_in_mixed_precision = claim(
    "tuner.rebuilt-in-mixed-precision",
    says="The model that is rebuilt with the winning values after the search trains in "
    "mixed precision.",
    sources=[day7[200]],
    evidence=[day7[193]],
    verdict=REFUTED,
    severity="lesson",
    instead="For mixed precision set the policy again before the model is rebuilt, or "
    "in build_model: the search has reset it, and what build_model builds otherwise "
    "computes in float32.",
    why="After the search the global policy is float32, although it was mixed_float16 "
    "before.",
    explained_by=[BUILT, CLEARED],
    faults=[faults.clearing_keeps_the_policy],
)


@rebuilt_in_mixed_precision.as_worded
def test_the_rebuilt_model_computes_in_float16():
    """Policy and rebuilt model are mixed after the search."""
    run = search()

    judge.equal(run.policy, "mixed_float16", what="policy after the search")
    judge.equal(run.rebuilt, ("float16", "LossScaleOptimizer"), what="rebuilt")


@rebuilt_in_mixed_precision.instead
def test_the_rebuilt_model_is_float32_unless_the_policy_is_set_again():
    """Float32 and a plain Adam; mixed again where the call is repeated before it."""
    run = search()

    judge.equal(run.policy, "float32", what="policy after the search")
    judge.equal(run.rebuilt, ("float32", "Adam"), what="rebuilt")
    found = search(True).rebuilt
    judge.equal(found, ("float16", "LossScaleOptimizer"), what="policy set again")
