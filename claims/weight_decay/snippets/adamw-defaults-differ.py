import keras
import torch

ours = keras.optimizers.AdamW()
theirs = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))]).defaults
print("Keras: weight_decay", ours.weight_decay, "epsilon", ours.epsilon)
print("torch: weight_decay", theirs["weight_decay"], "eps", theirs["eps"])
assert (ours.weight_decay, ours.epsilon) == (0.004, 1e-7)
assert (theirs["weight_decay"], theirs["eps"]) == (0.01, 1e-8)
