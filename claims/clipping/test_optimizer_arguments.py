"""Gradient clipping: whose norm, and which components."""

import inspect
import itertools
from functools import partial

import keras
import numpy as np
import torch
from hypothesis import strategies as st

from claims.clipping import faults, pictures
from claims.clipping.clipped import limits, norms, sgd
from claims.common.strategies import seeds
from claims.common.updates import (
    KERNEL,
    all_to_norm,
    each_to_norm,
    flat,
    torch_parameters,
    unit,
    updated_by,
    used,
    used_five_times,
    with_norms,
)
from claims.documents import lab
from harness import QUALIFIED, REFUTED, UPHELD, as_array, claim, example, given, judge

SHAPES = [(8,), (2, 4), (4, 1, 2), (1, 1, 4, 2)]
MODES = ("clipnorm", "clipvalue", "global_clipnorm")
ROUNDINGS = {"operations": 40, "oracle": "NumPy"}


clipnorm_is_global = claim(
    "clipping.clipnorm-is-global",
    says="Adam(clipnorm=1.0) limits the global norm: that of all gradients together.",
    sources=[lab[63]],
    verdict=REFUTED,
    severity="lesson",
    instead="Adam(clipnorm=1.0)  # clips each variable's gradient by itself; "
    "Adam(global_clipnorm=1.0) clips the norm of all gradients together",
    why="With ten clipped variables the global norm is sqrt(10) times the limit.",
    explained_by=faults.CLIP,
    faults=[
        faults.clipnorm_is_global,
        faults.clipnorm_5_percent_large,
        faults.global_clipnorm_5_percent_large,
        faults.global_clipnorm_is_local,
        faults.clipnorm_takes_the_sum_of_magnitudes,
        faults.clipnorm_normalizes_always,
    ],
)


@clipnorm_is_global.as_worded
@given(norms=norms(), limit=limits())
@example(norms=(12.0, 0.3), limit=1.0)
def test_clipnorm_scales_all_gradients_together(norms, limit):
    """The update has the joint norm min(limit, norm), and one factor for all."""
    gradients = with_norms(norms)

    update = used(sgd(clipnorm=limit), gradients)

    judge.close(
        flat(update), flat(all_to_norm(gradients, limit)), **ROUNDINGS, what="update"
    )


@clipnorm_is_global.instead
def test_a_compiled_update_clips_as_an_eager_one():
    """As in fit: clipnorm scales each gradient, global_clipnorm all by one factor."""
    gradients = with_norms((12.0, 0.3))

    for expected, mode in (
        (each_to_norm, "clipnorm"),
        (all_to_norm, "global_clipnorm"),
    ):
        found = used(sgd(**{mode: 1.0}), gradients, compiled=True)
        judge.close(flat(found), flat(expected(gradients, 1.0)), what=mode, **ROUNDINGS)


@clipnorm_is_global.instead
@given(norms=norms(), limit=limits())
@example(norms=(12.0, 0.3), limit=1.0)
def test_clipnorm_scales_each_variable_by_itself(norms, limit):
    """Each variable's update is its gradient, scaled to the limit if it is longer."""
    gradients = with_norms(norms)

    update = used(sgd(clipnorm=limit), gradients)

    judge.close(
        flat(update), flat(each_to_norm(gradients, limit)), **ROUNDINGS, what="update"
    )
    short = as_array(gradients[1])
    judge.close(update[1], short, operations=4, what="below the limit")


@clipnorm_is_global.instead
@given(norms=norms(), limit=st.sampled_from([0.5, 1.0, 4.0, 60.0]))
@example(norms=(12.0, 0.3), limit=1.0)
@example(norms=(12.0, 0.3), limit=60.0)
def test_global_clipnorm_scales_all_gradients_together(norms, limit):
    """With global_clipnorm one factor scales all gradients to the joint limit."""
    gradients = with_norms(norms)

    update = used(sgd(global_clipnorm=limit), gradients)

    judge.close(
        flat(update), flat(all_to_norm(gradients, limit)), **ROUNDINGS, what="update"
    )


@clipnorm_is_global.instead
def test_the_norm_is_that_of_a_whole_gradient():
    """Of a vector, a matrix and arrays of higher rank: all of the elements count."""
    for shape, mode in itertools.product(SHAPES, ("clipnorm", "global_clipnorm")):
        gradient = with_norms([12.0], size=8)[0].reshape(shape)

        (update,) = used(sgd([shape], **{mode: 1.0}), [gradient])

        n = {"operations": 40, "magnitude": 1}
        judge.close(update, gradient / 12.0, what=f"{mode}, rank {len(shape)}", **n)


@clipnorm_is_global.instead
def test_each_of_five_updates_is_clipped():
    """By itself or together, with gradients of norm 12 and 0.25 in each of them."""
    gradients, n = with_norms([12.0, 0.25]), {"operations": 99, "magnitude": 5}

    found = used_five_times(sgd(clipnorm=1.0), gradients)
    judge.close(found, [flat(each_to_norm(gradients, 1.0))] * 5, what="clipnorm", **n)
    found = used_five_times(sgd(global_clipnorm=1.0), gradients)
    together = [flat(all_to_norm(gradients, 1.0))] * 5
    judge.close(found, together, what="global_clipnorm", **n)


@clipnorm_is_global.instead
def test_adam_sees_gradients_that_were_clipped_one_by_one():
    """Adam's first momentum is 0.1 times each gradient, clipped by itself; with
    global_clipnorm, 0.1 times the gradients clipped together."""
    gradients = with_norms([12.0, 0.25, 3.0])
    adam = updated_by("Adam", [KERNEL, 4, 4], clipnorm=1.0)

    used(adam, gradients)

    momentum = [v for v in adam.optimizer.variables if v.path.endswith("momentum")]
    expected = (1 - 0.9) * flat(each_to_norm(gradients, 1.0))
    judge.close(flat(momentum), expected, **ROUNDINGS)
    adam = updated_by("Adam", [KERNEL, 4, 4], global_clipnorm=1.0)
    used(adam, gradients)
    momentum = [v for v in adam.optimizer.variables if v.path.endswith("momentum")]
    expected = (1 - 0.9) * flat(all_to_norm(gradients, 1.0))
    judge.close(flat(momentum), expected, what="global_clipnorm", **ROUNDINGS)


@clipnorm_is_global.instead
def test_ten_clipped_variables_have_a_joint_norm_of_root_ten():
    """Ten gradients of norm 3, each clipped to 1."""
    update = used(sgd(sizes=(KERNEL, *[4] * 9), clipnorm=1.0), with_norms([3.0] * 10))

    norm = np.linalg.norm(flat(update))
    judge.close(norm, np.sqrt(10), operations=40, what="joint norm", oracle="NumPy")


clipvalue_per_component = claim(
    "clipping.clipvalue-per-component",
    says="clipvalue limits each component of the gradient independently.",
    sources=[lab[64:65]],
    verdict=UPHELD,
    explained_by=faults.CLIP,
    faults=[
        faults.clipvalue_5_percent_large,
        faults.clipvalue_clips_only_above,
        faults.clipvalue_rescales,
    ],
)


@clipvalue_per_component.as_worded
def test_a_compiled_update_clips_both_signs():
    """As in fit: components beyond the limit end at it, others stay."""
    gradient = np.array([-9.0, -0.25, 0.25, 9.0], "float32")

    (found,) = used(sgd([4], clipvalue=0.5), [gradient], compiled=True)

    judge.close(found, [-0.5, -0.25, 0.25, 0.5], what="update", **ROUNDINGS)


@clipvalue_per_component.as_worded
@given(limit=limits(), scale=st.integers(1, 9), seed=seeds())
@example(limit=0.5, scale=1, seed=0)
def test_each_component_is_cut_at_the_limit(limit, scale, seed):
    """Components are cut at -limit and limit, as by torch's clip_grad_value_."""
    gradients = [np.float32(scale * np.random.normal(size=n)) for n in (KERNEL, 4)]
    gradients[0][0, 0, 0] = -limit - scale, limit + scale

    update = flat(used(sgd(clipvalue=limit), gradients))

    judge.close(update, np.clip(flat(gradients), -limit, limit), operations=1)
    peers = torch_parameters(gradients)
    torch.nn.utils.clip_grad_value_(peers, limit)
    judge.equal(update, flat([p.grad for p in peers]), oracle="torch")


@clipvalue_per_component.as_worded
def test_each_of_five_updates_is_cut_at_the_limit():
    """Components of -3 to 3 are cut at -1 and 1 in each of them."""
    kernel = np.float32([-3, -1, 0.5, 3]).reshape(KERNEL)
    gradients = [kernel, np.float32([2, -2, 1, 0])]

    found = used_five_times(sgd(clipvalue=1.0), gradients)

    judge.equal(found, [np.clip(flat(gradients), -1, 1)] * 5)


clipnorm_preserves_direction = claim(
    "clipping.clipnorm-preserves-direction",
    says="clipnorm keeps the gradient's direction and only scales its magnitude.",
    sources=[lab[65]],
    verdict=QUALIFIED,
    why="This is true of each variable's gradient. The gradient of a whole model turns "
    "as soon as two variables are scaled differently; global_clipnorm keeps its "
    "direction.",
    explained_by=faults.CLIP,
    faults=[
        faults.clipnorm_is_global,
        faults.clipnorm_clips_components,
        faults.clipnorm_normalizes_always,
    ],
)


@clipnorm_preserves_direction.holds_when("the gradient of one variable is meant")
@given(
    norm=st.integers(1, 300),
    limit=limits(),
    shape=st.sampled_from(SHAPES),
    seed=seeds(),
)
@example(norm=3, limit=2.0, shape=SHAPES[-1], seed=0)
@example(norm=120, limit=1.0, shape=(2, 4), seed=0)
def test_one_gradient_keeps_its_direction(norm, limit, shape, seed):
    """The update points along the gradient and is no longer than the limit."""
    gradient = [with_norms([norm / 10], size=8)[0].reshape(shape)]

    update = used(sgd([shape], clipnorm=limit), gradient)

    judge.close(unit(update), unit(gradient), operations=40, magnitude=1)
    length = np.linalg.norm(update[0])
    judge.close(length, min(norm / 10, limit), operations=40, what="length")


@clipnorm_preserves_direction.holds_when("the gradient of one variable is meant")
def test_each_of_five_updates_keeps_the_direction():
    """The same gradient of norm 12 moves the weights by the same step of norm 1."""
    gradient = with_norms([12.0], size=8)

    found = used_five_times(sgd([(1, 1, 4, 2)], clipnorm=1.0), gradient)

    judge.close(
        found,
        [unit(gradient)] * 5,
        operations=99,
        magnitude=5,
        what="unit vector of the update",
    )


@clipnorm_preserves_direction.fails_throughout(
    "the gradient of all variables is meant, and some of them are below the limit"
)
@given(long=st.integers(5, 50), short=st.integers(50, 99), seed=seeds())
def test_the_whole_gradient_turns(long, short, seed):
    """With norms above and below the limit 1, the direction moves by over 0.1."""
    gradients = with_norms([long, short / 100])

    update = used(sgd(clipnorm=1.0), gradients)

    judge.apart(unit(update), unit(gradients), by=0.1)


clipvalue_can_distort = claim(
    "clipping.clipvalue-can-distort",
    says="clipvalue can turn the gradient, as it cuts components one by one.",
    sources=[lab[65]],
    verdict=UPHELD,
    why="Of a gradient (large, small) the large component is cut to the limit and the "
    "small one is kept.",
    explained_by=faults.CLIP,
    faults=[faults.clipvalue_rescales, faults.clipvalue_5_percent_large],
)


@clipvalue_can_distort.as_worded
@given(limit=limits(), large=st.integers(2, 20), small=st.integers(2, 9))
def test_cutting_the_large_component_turns_the_gradient(limit, large, small):
    """(large, small) becomes (limit, small), which points elsewhere."""
    gradient = np.array([large, small / 10], "float32") * np.float32(limit)

    update = used(sgd([2], clipvalue=limit), [gradient])

    judge.close(unit(update), unit([[1, small / 10]]), operations=16, magnitude=1)
    judge.apart(unit(update), unit([gradient]), by=0.09)


norms_show_the_difference = claim(
    "clipping.norms-show-the-difference",
    says="A plot of the distributions of gradient norms shows how clipnorm and "
    "clipvalue differ: one keeps the direction, the other can distort it.",
    sources=[lab[65]],
    verdict=QUALIFIED,
    why="A norm contains no direction: (large, small), cut by value or scaled by norm, "
    "can have the same norm and different directions. The plot shows how long "
    "gradients remain: up to limit * sqrt(n) with clipvalue.",
    explained_by=faults.CLIP,
    faults=[
        faults.clipvalue_rescales,
        faults.clipvalue_5_percent_large,
        faults.clipnorm_5_percent_large,
    ],
)


def norm_of(update):
    """The norm of all that an update holds."""
    return np.sqrt(np.sum(flat(update).astype("float64") ** 2))


@norms_show_the_difference.holds_when("the norms of the gradients are meant")
@given(seed=seeds())
def test_the_labs_two_limits_leave_norms_of_one_and_two(seed):
    """Of 16 components above 0.5: clipnorm=1.0 gives 1, clipvalue=0.5 gives 2."""
    gradient = np.random.uniform(1, 9, 16) * np.random.choice([-1, 1], 16)

    for limit, expected in ({"clipnorm": 1.0}, 1.0), ({"clipvalue": 0.5}, 2.0):
        update = used(sgd([16], **limit), [gradient.astype("float32")])
        judge.close(norm_of(update), expected, what=str(limit), **ROUNDINGS)


@norms_show_the_difference.fails_throughout("the directions of the gradients are meant")
@given(large=st.integers(2, 20), small=st.integers(1, 9))
def test_gradients_of_one_norm_point_to_different_places(large, small):
    """(large, small) by value and by norm: one norm, and two directions."""
    gradient = np.array([large, small / 10], "float32")
    norm = float(np.hypot(1, small / 10))

    by_value = used(sgd([2], clipvalue=1.0), [gradient])
    by_norm = used(sgd([2], clipnorm=norm), [gradient])

    judge.close(norm_of(by_value), norm, what="norm by value", **ROUNDINGS)
    judge.close(norm_of(by_norm), norm, what="norm by norm", **ROUNDINGS)
    judge.apart(unit(by_value), unit(by_norm), by=0.04, what="directions")


two_modes = claim(
    "clipping.two-modes",
    says="Keras has two modes of clipping: clipnorm and clipvalue.",
    sources=[lab[62:64]],
    verdict=REFUTED,
    severity="wording",
    instead="For gradient clipping, compare the three Keras modes on a deep model: "
    "clipnorm, global_clipnorm and clipvalue.",
    why="There are three arguments for clipping, and an optimizer takes at most one of "
    "them.",
    explained_by=faults.INIT,
    faults=[faults.without_global_clipnorm, faults.modes_can_be_combined],
    differs_on={
        "keras<3.2": (
            REFUTED,
            "BaseOptimizer.__init__ takes clipvalue beside clipnorm "
            "(optimizers/base_optimizer.py, until Keras 3.1)",
        ),
    },
)


@two_modes.as_worded
def test_an_optimizer_has_two_arguments_for_clipping():
    """Two arguments of the optimizer clip: clipnorm and clipvalue."""
    names = inspect.signature(keras.optimizers.SGD).parameters

    judge.equal(
        sorted(n for n in names if "clip" in n),
        ["clipnorm", "clipvalue"],
        what="arguments",
    )


@two_modes.instead
def test_an_optimizer_takes_one_of_three_modes():
    """Each of three arguments is accepted by itself, no two of them together."""
    pictures.clipping_modes()
    names = inspect.signature(keras.optimizers.SGD).parameters

    judge.equal(
        sorted(n for n in names if "clip" in n), sorted(MODES), what="arguments"
    )
    one, two = ([*itertools.combinations(MODES, n)] for n in (1, 2))
    for names in one:
        judge.runs(partial(sgd, **dict.fromkeys(names, 1.0)), what=names[0])
    for names in two:
        call = partial(sgd, **dict.fromkeys(names, 1.0))
        judge.raises(ValueError, call, what=" and ".join(names))
