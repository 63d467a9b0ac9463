"""A picture of what clipping does to gradients."""

import numpy as np

from claims.common.updates import KERNEL, flat, unit, updated_by, used, with_norms
from harness import judge
from harness.evidence import pictures

CLIPPING = {
    "no clipping": {},
    "clipnorm": {"clipnorm": 1.0},
    "global_clipnorm": {"global_clipnorm": 1.0},
    "clipvalue": {"clipvalue": 1.0},
}


def clipping_modes(draws: int = 30) -> None:
    """Norm and angle of gradients of three variables with norms about 0.3, 1, 3."""

    def draw() -> str:
        norms: dict[str, list[float]] = {name: [] for name in CLIPPING}
        angles: dict[str, list[float]] = {name: [] for name in CLIPPING}
        for _ in range(draws):
            drawn = with_norms(np.random.lognormal(np.log([0.3, 1, 3]), 0.5))
            for name, limits in CLIPPING.items():
                sgd = updated_by("SGD", [KERNEL, 4, 4], learning_rate=1.0, **limits)
                found = used(sgd, drawn)
                norms[name].append(np.linalg.norm(flat(found)))
                cosine = np.clip(unit(found) @ unit(drawn), -1, 1)
                angles[name].append(np.degrees(np.arccos(cosine)))
        first = pictures.Panel("norm of the whole gradient after clipping", norms)
        second = pictures.Panel("angle to the unclipped gradient, degrees", angles)
        return pictures.strips([first, second])

    judge.picture(
        f"{draws} random gradients of three variables, as SGD uses them without "
        "clipping and with each argument at 1; one mark a gradient. global_clipnorm "
        "bounds the norm of the whole by 1 and turns nothing. clipnorm and "
        "clipvalue let it exceed 1, and both turn the gradient.",
        draw,
    )
