"""After the search: the printed winner, the rebuilt model, and compiling it again."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.day7_schedule import closed_form
from claims.common.strategies import learning_rates
from claims.common.tuners import declared, random_points
from claims.documents import day7
from claims.documents.day7_figures import SEARCH, WINNER
from claims.tuner.faults import space as space_faults
from claims.tuner.faults import training as faults
from harness import REFUTED, UPHELD, as_array, claim, given, judge, shared
from harness.lab.search import extended_space, space
from harness.running.faults import figure

DROPOUT = st.sampled_from([0.2, 0.3, 0.4])


def judge_in_space(values, declare):
    """The values have the names of the space, in its order, and are among its own."""
    hp = declared(declare)
    judge.equal(list(values), [p.name for p in hp.space], what="names")
    for p in hp.space:
        if p.name in ("lr", "l2"):
            judge.within(values[p.name], p.min_value, p.max_value, what=p.name)
        else:
            judge.equal(min(abs(v - values[p.name]) for v in p.values), 0, what=p.name)


best_in_domain = claim(
    "tuner.best-in-domain",
    says="The winner that is printed after the search is a point of the search space.",
    sources=[day7[177]],
    evidence=[day7[126:128]],
    verdict=UPHELD,
    why="192 and 0.4 are steps of their grids, and 0.0021387 lies in [1e-4, 1e-2].",
    explained_by="keras_tuner.src.engine.base_tuner:BaseTuner.get_best_hyperparameters",
    faults=[
        figure(WINNER, "printed", {"units": 200, "dropout": 0.4, "lr": 0.0021387}),
        figure(WINNER, "printed", {"units": 192, "dropout": 0.42, "lr": 0.0021387}),
        space_faults.upper_end_excluded_twice,
    ],
)


@best_in_domain.as_worded
def test_the_printed_winner_can_be_drawn():
    """Its units and dropout are values of the grids, its rate is in the interval."""
    judge_in_space(WINNER["printed"], space)


typical_winner_in_domain = claim(
    "tuner.typical-winner-in-domain",
    says="The typical winner of the exercise is a point of the extended space.",
    sources=[day7[256:257]],
    evidence=[day7[217:221]],
    verdict=UPHELD,
    explained_by="keras_tuner.src.engine.base_tuner:BaseTuner.get_best_hyperparameters",
    faults=[
        figure(WINNER, "typical", WINNER["typical"] | {"l2": 0.0021}),
        figure(WINNER, "typical", WINNER["typical"] | {"width": 60}),
    ],
)


@typical_winner_in_domain.as_worded
def test_the_typical_winner_can_be_drawn():
    """Width, units and dropout are values of their grids, l2 and lr in the interval."""
    judge_in_space(WINNER["typical"], extended_space)


comments_match_print = claim(
    "tuner.comments-match-print",
    says="The comments beside the values that are read back are those of the printed "
    "winner.",
    sources=[day7[182:184]],
    evidence=[day7[177]],
    verdict=UPHELD,
    why="0.0021 is 0.0021387 rounded to two significant digits.",
    faults=[
        figure(WINNER, "lr in the comment", "0.0022"),
        figure(WINNER, "units in the comment", "256"),
    ],
)


@comments_match_print.as_worded
def test_the_comments_round_the_printed_values():
    """Each comment is the printed value to the digits it has."""
    for name, value in WINNER["printed"].items():
        judge.printed(value, WINNER[f"{name} in the comment"], what=name)


typical_winner_matches_prose = claim(
    "tuner.typical-winner-matches-prose",
    says="The text's widest network with an L2 strength near 2e-4 is the typical "
    "winner of its comment.",
    sources=[day7[256:257], day7[273]],
    verdict=UPHELD,
    why="0.00021 is 2e-4 rounded to one digit, and 64 is the largest of 32, 48 and 64.",
    faults=[
        figure(WINNER, "l2 in the prose", "3e-4"),
        figure(WINNER, "width in the prose", 48),
    ],
)


@typical_winner_matches_prose.as_worded
def test_the_prose_agrees_with_the_comment():
    """The strength has the rounded value, the width is the largest."""
    winner = WINNER["typical"]

    one_digit = f"{winner['l2']:.0e}".replace("e-0", "e-")
    judge.equal(one_digit, WINNER["l2 in the prose"], what="l2")
    widths = [winner["width"], max(SEARCH["solution"]["width"])]
    judge.equal(widths, WINNER["width in the prose"], what="width")


rebuild_with_winner = claim(
    "tuner.rebuild-with-winner",
    says="Calling the build function with the best hyperparameters builds the model "
    "with the winning values.",
    sources=[day7[192], day7[266]],
    verdict=UPHELD,
    explained_by="keras_tuner.src.engine.hyperparameters.hyperparameters:"
    "HyperParameters._retrieve",
    faults=[space_faults.call_returns_default, space_faults.values_given_back_low],
)


def build(hp):
    """The head of the lesson's model: Dense(units), Dropout and Adam(lr)."""
    values = space(hp)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(values["units"], use_bias=False),
            keras.layers.Dropout(values["dropout"]),
        ]
    )
    model.compile(keras.optimizers.Adam(values["lr"]), "mse", run_eagerly=True)
    return model


@rebuild_with_winner.as_worded
@given(units=st.sampled_from([64, 128, 192, 256]), dropout=DROPOUT, lr=learning_rates())
def test_the_model_has_the_winning_values(units, dropout, lr):
    """Kernel shape, dropout rate and learning rate are those of the container."""
    best = declared()
    best.values = {"units": units, "dropout": dropout, "lr": lr}

    model = build(best)

    judge.equal(model.layers[0].kernel.shape, (4, units), what="kernel")
    judge.equal(model.layers[1].rate, dropout, what="dropout")
    rate = float(as_array(model.optimizer.learning_rate))
    judge.close(rate, lr, operations=1, what="learning rate")


recompile_swaps_optimizer = claim(
    "tuner.recompile-swaps-optimizer",
    says="Compiling the rebuilt model again replaces its optimizer by one that follows "
    "the schedule.",
    sources=[day7[193:194], day7[267:268]],
    verdict=UPHELD,
    why="Compiling again leaves the weights as they are.",
    explained_by="keras.src.trainers.trainer:Trainer.compile",
    faults=[
        faults.first_optimizer_stays,
        faults.schedule_frozen,
        faults.schedule_runs_ahead,
        faults.weights_drawn_anew,
    ],
)


@shared
def one_bias():
    """A model that is one bias; its loss is its output, so that the gradient is 1."""
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")]
    )
    model.layers[0].bias.assign([0.25])
    return model


@recompile_swaps_optimizer.as_worded
@given(peak=learning_rates(), step=st.integers(0, 6))
def test_the_updates_follow_the_schedule_after_compiling_again(peak, step):
    """At each step of warm-up and decay the bias moves by the schedule's rate."""
    model = one_bias()
    options = {"loss": lambda y, output: output, "run_eagerly": True}
    model.compile(keras.optimizers.SGD(0.7), **options)

    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, 4, alpha=0.02, warmup_target=peak, warmup_steps=2
    )
    model.compile(keras.optimizers.SGD(schedule), **options)
    model.optimizer.iterations.assign(step)
    model.train_on_batch(np.zeros((2, 1), "float32"), np.zeros((2, 1), "float32"))

    decay = closed_form(np.arange(5), peak=peak, alpha=0.02, decay=4)
    rate = np.concatenate([[0, peak / 2], decay])[step]
    rounding = {"operations": 32, "magnitude": 0.25 + peak, "oracle": "NumPy"}
    judge.close(model.layers[0].bias, [0.25 - rate], **rounding)


picks_show_regularization_wins = claim(
    "tuner.picks-show-regularization-wins",
    says="That the search picks a wide network with stronger L2 shows that capacity "
    "with regularization beats a small network without.",
    sources=[day7[273]],
    evidence=[day7[217:221], day7[256:257]],
    verdict=REFUTED,
    severity="wording",
    instead="The typical winner is the widest network (width=64); its L2 strength, "
    "2.1e-4, lies at 66 % of the range on a log scale. Every network tried had L2 and "
    "dropout: the search says nothing about unregularized ones.",
    why="Every trial draws an L2 strength of at least 1e-5 and a dropout rate of at "
    "least 0.2.",
    explained_by="keras_tuner.src.engine.hyperparameters.hp_types.float_hp:Float",
    faults=[
        space_faults.floats_from_zero,
        figure(WINNER, "typical", WINNER["typical"] | {"l2": 0.0002}),
        figure(WINNER, "typical", WINNER["typical"] | {"width": 48}),
    ],
)


def penalties():
    """L2 strength and dropout rate of 64 random trials of the exercise, (64, 2)."""
    points = random_points(64, seed=np.random.randint(2**20), declare=extended_space)
    return np.array([(point["l2"], point["dropout"]) for point in points])


@picks_show_regularization_wins.as_worded
def test_a_trial_without_regularization_is_among_them():
    """The least regularized of 64 trials has neither an L2 penalty nor dropout."""
    judge.at_most(
        np.min(penalties().sum(axis=1)), 0.0, what="L2 strength plus dropout rate"
    )


@picks_show_regularization_wins.instead
def test_every_trial_is_regularized():
    """L2 strengths from 1e-5 on, dropout rates from 0.2 on."""
    strengths, rates = penalties().T

    judge.at_least(strengths, 0.999e-5, what="L2")
    judge.at_least(rates, 0.2, what="dropout")


@picks_show_regularization_wins.instead
def test_the_typical_winner_is_the_widest_and_two_thirds_up_the_range():
    """Its width is the largest of three, log(l2) at 66 % between the range's ends."""
    hp, winner = declared(extended_space), WINNER["typical"]
    width, l2 = ({p.name: p for p in hp.space}[name] for name in ("width", "l2"))

    judge.equal(winner["width"], max(width.values), what="width")
    low, high = np.log([l2.min_value, l2.max_value])
    share = (np.log(winner["l2"]) - low) / (high - low)
    judge.printed(100 * share, "66", what="per cent of the range, on a log scale")
