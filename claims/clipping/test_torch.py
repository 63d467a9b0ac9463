"""Gradient clipping: which of Keras' arguments is the counterpart of torch's call."""

import numpy as np
import torch

from claims.clipping import faults
from claims.clipping.clipped import limits, norms, sgd
from claims.common.updates import (
    clipped_by_torch,
    each_to_norm,
    flat,
    torch_parameters,
    used,
    with_norms,
)
from claims.documents import lab
from harness import REFUTED, UPHELD, claim, example, given, judge

table_pairs_torch_clip_grad_norm = claim(
    "clipping.table-pairs-torch-clip-grad-norm",
    says="Adam(clipnorm=1.0) is the Keras form of clip_grad_norm_ before a step.",
    sources=[lab[25:26]],
    verdict=REFUTED,
    severity="lesson",
    instead="The counterpart of clip_grad_norm_ is Adam(global_clipnorm=1.0); clipnorm "
    "clips every variable separately.",
    why="clip_grad_norm_ takes the norm over all parameters that it is given, clipnorm "
    "takes that of each variable. The lab clips a deep model, which has several "
    "variables.",
    explained_by=[faults.CLIP, "torch.nn.utils.clip_grad:clip_grad_norm_"],
    faults=[
        faults.clipnorm_is_global,
        faults.global_clipnorm_5_percent_large,
        faults.torch_limit_5_percent_small,
    ],
)


@table_pairs_torch_clip_grad_norm.as_worded
@given(norms=norms(), limit=limits())
@example(norms=(12.0, 0.3), limit=1.0)
def test_clipnorm_updates_as_torch_does(norms, limit):
    """clipnorm and clip_grad_norm_ lead to the same update."""
    gradients = with_norms(norms)

    update = flat(used(sgd(clipnorm=limit), gradients))

    peer = clipped_by_torch(gradients, limit)
    judge.close(update, peer, operations=80, oracle="torch", what="update")


@table_pairs_torch_clip_grad_norm.instead
@given(norms=norms(), limit=limits())
@example(norms=(12.0, 0.3), limit=1.0)
def test_global_clipnorm_updates_as_torch_does(norms, limit):
    """global_clipnorm and clip_grad_norm_ lead to one update, clipnorm to its own."""
    gradients = with_norms(norms)

    update = flat(used(sgd(global_clipnorm=limit), gradients))

    for clip in (torch.nn.utils, torch.nn.utils.clip_grad):
        peer = clipped_by_torch(gradients, limit, clip)
        judge.close(update, peer, operations=80, oracle="torch", what="update")
    alone = flat(used(sgd(clipnorm=limit), gradients))
    each = flat(each_to_norm(gradients, limit))
    judge.close(alone, each, operations=80, what="clipnorm", oracle="NumPy")


torch_clips_before_the_step = claim(
    "clipping.torch-clips-before-the-step",
    says="In PyTorch clip_grad_norm_ is called after the gradients are computed and "
    "before the optimizer's step.",
    sources=[lab[25]],
    verdict=UPHELD,
    why="It scales the gradients in place, and the step uses them as they are then.",
    explained_by="torch.nn.utils.clip_grad:clip_grad_norm_",
    faults=[faults.torch_limit_5_percent_small, faults.torch_clips_a_copy],
)


@torch_clips_before_the_step.as_worded
@given(norms=norms(), limit=limits())
def test_only_clipping_before_the_step_limits_it(norms, limit):
    """Before the step its length is the limit; after it, that of the gradients."""
    gradients = with_norms(norms)

    clips = (torch.nn.utils, torch.nn.utils.clip_grad)
    clipped = [clipped_by_torch(gradients, limit, clip) for clip in clips]
    late = torch_parameters(gradients)
    torch.optim.SGD(late, lr=1.0).step()
    torch.nn.utils.clip_grad_norm_(late, limit)

    whole = np.linalg.norm(flat(gradients))
    lengths = [np.linalg.norm(update) for update in clipped]
    limited = [min(limit, whole)] * len(clips)
    judge.close(lengths, limited, operations=80, what="before the step")
    judge.close(np.linalg.norm(flat(late)), whole, operations=80, what="after it")
