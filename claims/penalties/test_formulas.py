"""Weight penalties: the formulas of L1, L2 and both together."""

import keras
import numpy as np
from hypothesis import strategies as st

from claims.common.penalty_models import (
    factors,
    kinds,
    penalty,
    pull,
    regularizer,
    strengths,
    weights_away_from_zero,
)
from claims.documents import article, day7, tutorial
from claims.penalties import faults as broken
from harness import UPHELD, claim, example, given, gradients, judge, shared

shapes = st.sampled_from(((3,), (1, 4), (3, 2), (2, 3, 1), (2, 2, 1, 3)))


@shared
def variable_of(shape):
    return keras.Variable(np.zeros(shape, "float32"))


def judge_penalty(reg, shape, **strength):
    """Value and gradient of a regularizer are those of the formula."""
    w, variable = weights_away_from_zero(*shape), variable_of(shape)
    w *= np.random.choice([1, 2**-9], shape).astype("float32")
    variable.assign(w)

    judge.close(
        reg(variable), penalty(w, **strength), operations=w.size + 4, what="value"
    )
    found = gradients(lambda: reg(variable), [variable])[0]
    judge.close(
        found,
        pull(w.astype("float64"), **strength),
        operations=4,
        what="gradient",
        magnitude=abs(pull(w, **strength)),
    )


l2_formula = claim(
    "penalties.l2-formula",
    says="L2 of strength s costs s times the sum of the squared weights: no factor of "
    "1/2, no mean, no root.",
    sources=[article[55], tutorial[594], tutorial[661], day7[84:85]],
    verdict=UPHELD,
    why="L2.__call__ is l2 * sum(square(x)), with gradient 2 * l2 * x (Keras 3.15).",
    explained_by=broken.L2,
    faults=[broken.l2_too_large, broken.l2_halved, broken.l2_of_norm],
)


@l2_formula.as_worded
@given(shape=shapes, strength=strengths)
def test_l2_is_the_scaled_sum_of_squares(shape, strength):
    """The value is s * sum w^2, the gradient 2 * s * w."""
    judge_penalty(keras.regularizers.L2(strength), shape, l2=strength)


@l2_formula.as_worded
@given(strength=strengths, n=st.integers(2, 6))
def test_each_coefficient_adds_its_own_square(strength, n):
    """Without one coefficient w the penalty is lower by s * w^2."""
    w, reg = weights_away_from_zero(n), keras.regularizers.L2(strength)
    kept = w.copy()
    kept[0] = 0

    value, without = (reg(keras.ops.convert_to_tensor(a)) for a in (w, kept))

    judge.close(
        float(value) - float(without),
        penalty(w[:1], l2=strength),
        operations=2 * n + 8,
        magnitude=penalty(w, l2=strength),
    )


l1_formula = claim(
    "penalties.l1-formula",
    says="L1 of strength s costs s times the sum of the weights' absolute values.",
    sources=[article[54], tutorial[593]],
    verdict=UPHELD,
    why="L1.__call__ is l1 * sum(absolute(x)), with gradient l1 * sign(x).",
    explained_by=broken.L1,
    faults=[broken.l1_too_large, broken.l1_of_mean, broken.l1_without_absolute_value],
)


@l1_formula.as_worded
@given(shape=shapes, strength=strengths)
def test_l1_is_the_scaled_sum_of_moduli(shape, strength):
    """The value is s * sum |w|, the gradient s * sign(w)."""
    judge_penalty(keras.regularizers.L1(strength), shape, l1=strength)


l1l2_is_the_sum = claim(
    "penalties.l1l2-is-the-sum",
    says="The combined regularizer costs the L1 penalty of its first factor plus the "
    "L2 penalty of its second, on the same weights.",
    sources=[article[70:71], article[82]],
    verdict=UPHELD,
    why="L1L2.__call__ adds l1 * sum|x| and l2 * sum x^2.",
    explained_by=broken.L1L2,
    faults=[
        broken.l1l2_without_l2,
        broken.l1l2_swapped,
        broken.l1l2_a_little_more,
    ],
)


@l1l2_is_the_sum.as_worded
@given(shape=shapes, l1=strengths, l2=strengths)
@example(shape=(3, 2), l1=1.0, l2=1.0)
@example(shape=(3, 2), l1=0.0, l2=0.25)
def test_l1_l2_adds_both_penalties(shape, l1, l2):
    """Value and gradient are the sums of those of L1 and L2."""
    judge_penalty(keras.regularizers.l1_l2(l1=l1, l2=l2), shape, l1=l1, l2=l2)


factories = claim(
    "penalties.factories",
    says="Calling l1, l2 and l1_l2 of keras.regularizers makes regularizer objects of "
    "the given strengths.",
    sources=[article[84]],
    verdict=UPHELD,
    why="The names are aliases of the classes L1, L2 and L1L2. The text calls them "
    "functions, but it only calls them, and that works.",
    explained_by="keras.src.regularizers.regularizers:L2",
    faults=[broken.l2_stores_more, broken.factories_swapped],
)


@factories.as_worded
@given(kind=kinds, strength=strengths)
def test_the_lower_case_names_make_regularizers(kind, strength):
    """l1, l2, l1_l2 give objects with these strengths, which penalize accordingly."""
    strength = factors(kind, strength)
    name = {"L1": "l1", "L2": "l2", "L1L2": "l1_l2"}[kind]

    factory = getattr(keras.regularizers, name)
    made = factory(**strength)

    judge.true(factory is getattr(keras.regularizers, kind), what="alias")
    judge.true(isinstance(made, keras.regularizers.Regularizer), what="type")
    judge.equal(list(made.get_config()), list(strength), what="strengths' names")
    judge.close(list(made.get_config().values()), list(strength.values()), operations=1)
    judge_penalty(made, (2, 3), **strength)


larger_factor_stronger = claim(
    "penalties.larger-factor-stronger",
    says="Raising the strength of a regularizer makes its penalty, and its pull on the "
    "weights, stronger.",
    sources=[article[84]],
    verdict=UPHELD,
    why="All three penalties are linear in their factors.",
    explained_by=broken.L2,
    faults=[broken.l2_saturates, broken.l2_too_large],
)


@larger_factor_stronger.as_worded
@given(kind=kinds, strength=strengths, times=st.sampled_from((1.5, 2.0, 10.0)))
def test_the_penalty_grows_with_its_factor(kind, strength, times):
    """`times` the strength gives `times` the value and the gradient of the formula."""
    weak = factors(kind, strength)
    made = regularizer(kind, strength * times)

    judge_penalty(made, (3, 2), **{name: times * value for name, value in weak.items()})
