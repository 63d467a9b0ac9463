import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, SequentialLR

warmup = 4  # drawn
decay = 10  # drawn
low = 10  # drawn


def rates(in_sequence):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    both = [LambdaLR(optimizer, lambda step: min(1, step / warmup))]
    both += [CosineAnnealingLR(optimizer, decay, low / 100)]
    steppers = [SequentialLR(optimizer, both, [warmup])] if in_sequence else both
    found = []
    for _ in range(warmup + decay):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for scheduler in steppers:
            scheduler.step()
    return found


print("one after the other:", [f"{rate:.2f}" for rate in rates(True)])
print("side by side:       ", [f"{rate:.2f}" for rate in rates(False)])
assert max(abs(a - b) for a, b in zip(rates(True), rates(False))) > 0.1
