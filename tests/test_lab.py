"""The lab's building blocks alone: stored, loaded, at their edges, against others."""

import itertools

import keras
import numpy as np
import pytest
import torch

from harness.lab import (
    batch_norm,
    calibration,
    label_smoothing,
    mc_dropout,
    mixing,
    networks,
    search,
)
from harness.lab.batch_norm import MyBatchNorm
from harness.stack.arrays import as_array

RNG = np.random.default_rng(7)
X = RNG.normal(2, 3, (8, 4, 5, 3)).astype("float32")
IMAGES = RNG.uniform(0, 1, (6, 8, 8, 3)).astype("float32")
LABELS = np.eye(6, dtype="float32")


def stored(model, path):
    """The model that a `.keras` file gives back."""
    file = path / "model.keras"
    model.save(file)
    return keras.saving.load_model(file)


@pytest.mark.parametrize(
    "layer",
    [
        MyBatchNorm(3, momentum=0.9, epsilon=1e-4),
        calibration.TemperatureScaling(1.7),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_survive_a_file(layer, tmp_path):
    """Configuration, weights and outputs are the same."""
    model = keras.Sequential([keras.Input(X.shape[1:]), layer])
    model(X, training=True)

    again = stored(model, tmp_path)

    assert again.layers[0].get_config() == layer.get_config()
    np.testing.assert_array_equal(again(X), model(X))


@pytest.mark.parametrize("kind", [mixing.MixUpPairs, mixing.CutMixPairs])
def test_mixing_layers_survive_a_file(kind, tmp_path):
    """With their seed: the loaded layer draws what the first one drew."""
    inputs = keras.Input(IMAGES.shape[1:]), keras.Input(LABELS.shape[1:])
    model = keras.Model(inputs, kind(0.3, seed=5)(*inputs))
    again = stored(model, tmp_path)

    for found, expected in zip(again([IMAGES, LABELS]), model([IMAGES, LABELS])):
        np.testing.assert_array_equal(found, expected)


def test_the_loss_survives_its_configuration():
    """As `compile` stores it."""
    loss = label_smoothing.SmoothedSparseCrossentropy(0.2, name="smooth")
    again = keras.losses.deserialize(keras.losses.serialize(loss))

    assert again.get_config() == loss.get_config()


@pytest.mark.parametrize("dimensions", [1, 2])
def test_batch_norm_is_that_of_keras_and_normalizes_as_torch(dimensions):
    """Keras: outputs and running statistics. torch: outputs in training; its running
    variance is the unbiased one, n / (n - 1) times Keras' update."""
    x = X[:, 0, 0] if dimensions == 1 else X
    ours = MyBatchNorm(3, momentum=0.9, epsilon=1e-5)
    keras_own = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    kind = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)[dimensions - 1]
    peer, first = kind(3, momentum=0.1, eps=1e-5), np.moveaxis(x, -1, 1).copy()

    found = as_array(ours(x, training=True))
    from_torch = peer(torch.from_numpy(first)).detach().numpy()

    np.testing.assert_allclose(found, keras_own(x, training=True), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        found, np.moveaxis(from_torch, 1, -1), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(ours(x), keras_own(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours.running_mean, peer.running_mean, rtol=1e-4)
    n = x.size / 3
    biased = 0.9 + (np.array(peer.running_var) - 0.9) * (n - 1) / n
    np.testing.assert_allclose(ours.running_var, biased, rtol=1e-4)


def test_batch_norm_refuses_other_features():
    """With a sentence that names both numbers."""
    with pytest.raises(ValueError, match=r"MyBatchNorm\(4\) got 3 features"):
        batch_norm.MyBatchNorm(4)(X)


@pytest.mark.parametrize("kind", [mixing.MixUpPairs, mixing.CutMixPairs])
def test_label_weights_are_the_mixed_share(kind):
    """Images that are constant in themselves tell how much of each is in the mix."""
    constant = np.ones((6, 8, 8, 1), "float32") * np.arange(6).reshape(-1, 1, 1, 1)

    images, labels = map(as_array, kind(1.0, seed=3)(constant, LABELS))

    np.testing.assert_allclose(labels.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(
        images.mean(axis=(1, 2, 3)), labels @ np.arange(6), rtol=1e-5, atol=1e-6
    )


def test_mc_dropout_has_the_moments_of_all_masks():
    """Two units behind dropout: four masks, enumerated; 20,000 passes at once."""
    rate, kernel = 0.4, np.array([1.0, 3.0])
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dropout(rate, seed=3)(inputs))
    values, weights = [], []
    for mask in itertools.product([0, 1], repeat=2):
        kept = sum(mask)
        values.append(np.dot(mask, kernel) / (1 - rate))
        weights.append((1 - rate) ** kept * rate ** (2 - kept))
    mean = np.dot(weights, values)

    samples = mc_dropout.passes(model, np.tile([[1.0, 3.0]], (2_000, 1)), 10)
    sums = samples.sum(axis=-1)
    each_mean, each_variance = mc_dropout.predict(model, np.ones((3, 2)), 50)

    assert samples.shape == (10, 2_000, 2)
    assert sums.mean() == pytest.approx(mean, rel=0.05)
    assert sums.var() == pytest.approx(
        np.dot(weights, np.square(values)) - mean**2, rel=0.1
    )
    assert each_mean.shape == each_variance.shape == (3, 2)
    assert (each_variance > 0).all()


def test_mc_dropout_refuses_to_move_batch_normalization():
    """A frozen one is fine."""
    norm = keras.layers.BatchNormalization(name="norm")
    model = keras.Sequential([keras.Input((2,)), norm])

    with pytest.raises(ValueError, match="would change norm"):
        mc_dropout.passes(model, np.ones((2, 2)), 2)
    norm.trainable = False
    assert mc_dropout.passes(model, np.ones((2, 2)), 2).shape == (2, 2, 2)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_the_smoothed_loss_is_that_of_torch(smoothing):
    """Integer labels as a row or as a column."""
    logits, labels = X[:, 0, 0], RNG.integers(0, 3, 8)
    expected = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(
        torch.from_numpy(logits), torch.from_numpy(labels)
    )

    loss = label_smoothing.SmoothedSparseCrossentropy(smoothing)

    assert float(loss(labels, logits)) == pytest.approx(float(expected), rel=1e-5)
    assert float(loss(labels[:, None], logits)) == pytest.approx(
        float(expected), rel=1e-5
    )


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_the_smoothed_loss_refuses_other_smoothings(smoothing):
    """With a sentence."""
    with pytest.raises(ValueError, match="smoothing must lie in"):
        label_smoothing.SmoothedSparseCrossentropy(smoothing)


def test_the_best_gap_minimizes_the_smoothed_loss():
    """On a grid of gaps, in NumPy; without smoothing it never ends."""
    gaps = np.linspace(0, 10, 10_001)
    share = 0.1 / 10
    log_sum = np.log(np.exp(gaps) + 9)
    loss = log_sum - (0.9 + share) * gaps

    assert label_smoothing.best_gap(0.1, 10) == pytest.approx(
        gaps[loss.argmin()], abs=1e-3
    )
    assert label_smoothing.best_gap(0.0, 10) == float("inf")


def test_the_calibration_error_at_the_edges_of_bins():
    """A confidence on an edge belongs to the bin below; a bin may be empty."""
    confidence = np.array([0.6, 0.7, 0.75, 1 - 1e-9])
    logits = np.stack([np.log(confidence / (1 - confidence)), 0 * confidence], axis=1)

    found = calibration.reliability(logits, np.array([0, 1, 0, 0]), bins=4)

    np.testing.assert_array_equal(found.count, [0, 0, 3, 1])
    assert found.error == pytest.approx(
        (3 * abs(2 / 3 - confidence[:3].mean()) + (1 - confidence[3])) / 4, abs=1e-6
    )


def test_the_fitted_temperature_is_the_best_of_a_grid():
    """And the most probable class stays."""
    logits = RNG.normal(scale=4, size=(200, 3))
    labels = np.where(RNG.uniform(size=200) < 0.6, logits.argmax(axis=1), 0)

    best = calibration.fit_temperature(logits, labels)
    losses = [
        calibration.negative_log_likelihood((logits / t).astype("float32"), labels)
        for t in (best, 0.99 * best, 1.01 * best)
    ]

    assert losses[0] == min(losses)
    layer = calibration.TemperatureScaling(best)
    np.testing.assert_array_equal(
        np.argmax(layer(logits), axis=1), logits.argmax(axis=1)
    )
    with pytest.raises(ValueError, match="temperature must be positive"):
        calibration.TemperatureScaling(0.0)


def test_the_conv_block_halves_the_image():
    """Odd sizes are rounded down; the convolutions have no bias, but a penalty."""
    inputs = keras.Input((9, 6, 3))
    model = keras.Model(
        inputs, networks.regularized_block(inputs, filters=5, l2=0.1, rate=0.2)
    )

    assert model.output.shape == (None, 4, 3, 5)
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    triple = ["Conv2D", "BatchNormalization", "Activation"]
    assert kinds == [*triple, *triple, "MaxPooling2D", "Dropout"]
    assert len(model.losses) == 2 and not any(
        layer.use_bias for layer in model.layers if hasattr(layer, "use_bias")
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("tiny", 481), ("small", 753), ("medium", 10_241), ("large", 803_329)],
)
def test_the_family_has_its_parameters(name, parameters):
    """(inputs + 1) * units, summed over the layers."""
    assert networks.dense_stack(networks.FAMILY[name]).count_params() == parameters


@pytest.mark.parametrize("declare", [search.space, search.extended_space])
def test_a_search_goes_on_where_it_was_interrupted(declare, tmp_path):
    """Two of four trials, an interruption, and a search that does the other two."""
    import keras_tuner as kt

    done = []

    class Scored(kt.RandomSearch):
        stop_at = 2

        def run_trial(self, trial, *args, **kwargs):
            if len(done) == self.stop_at:
                raise KeyboardInterrupt
            done.append(trial.trial_id)
            return float(trial.hyperparameters.values["lr"])

    arguments = {"tuner": Scored, "max_trials": 4, "seed": 3}
    with pytest.raises(KeyboardInterrupt):
        search.search_in(tmp_path, declare, **arguments).search()
    Scored.stop_at = None
    again = search.search_in(tmp_path, declare, **arguments)
    again.search()

    assert sorted(done) == ["0", "1", "2", "3"]
    best = again.get_best_hyperparameters()[0].values
    assert best["lr"] == max(
        t.hyperparameters.values["lr"] for t in again.oracle.trials.values()
    )
    assert len(best) == {search.space: 3, search.extended_space: 5}[declare]
