"""Defects of spectral normalization, in Keras and in PyTorch."""

import keras
import torch

from harness.running.faults import argument, fault, replaced

LAYER = keras.layers.SpectralNormalization
WEIGHTS = (
    "keras.src.layers.normalization.spectral_normalization:"
    "SpectralNormalization.normalized_weights"
)
CALL = (
    "keras.src.layers.normalization.spectral_normalization:SpectralNormalization.call"
)


def _kernel_times(factor):
    def by(original):
        def normalized(self):
            u, kernel = original(self)
            return u, kernel * factor

        return normalized

    name = f"normalized kernel x {factor:g}"
    return replaced(WEIGHTS, by, name=name, does=f"{name} (the norm is misjudged)")


norm_3_percent_off = _kernel_times(0.97)
norm_far_below_one = _kernel_times(0.2)
normalizes_at_inference = argument(
    CALL, "training", lambda flag: True, does="normalizes in inference calls too"
)
never_normalizes = argument(
    CALL, "training", lambda flag: False, does="does not normalize in training calls"
)


@fault
def divides_by_frobenius_norm(patch):
    """The kernel is divided by its Frobenius norm, not by its spectral norm."""

    def normalized(self):
        norm = keras.ops.sqrt(keras.ops.sum(keras.ops.square(self.kernel)))
        return self.vector_u.value, self.kernel / norm

    patch.setattr(LAYER, "normalized_weights", normalized)


@fault
def one_iteration_whatever_is_asked(patch):
    """power_iterations is ignored: one iteration a call."""
    original = LAYER.normalized_weights

    def normalized(self):
        asked, self.power_iterations = self.power_iterations, 1
        try:
            return original(self)
        finally:
            self.power_iterations = asked

    patch.setattr(LAYER, "normalized_weights", normalized)


@fault
def torch_norm_3_percent_off(patch):
    """torch's spectral_norm divides by 1.03 times the norm."""
    cls = torch.nn.utils.spectral_norm.__globals__["SpectralNorm"]
    original = cls.compute_weight
    patch.setattr(cls, "compute_weight", lambda *a, **k: original(*a, **k) / 1.03)


torch_iterates_at_inference = argument(
    "torch.nn.utils.spectral_norm:SpectralNorm.compute_weight",
    "do_power_iteration",
    lambda flag: True,
    does="torch iterates in eval mode too",
)
