import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot as plt

shares = {}
for scale in ("linear", "log"):
    axes = plt.figure().gca()
    plt.xscale(scale)
    plt.xlim([5, 1000])
    left, middle, right = axes.transData.transform([(5, 1), (100, 1), (1000, 1)])[:, 0]
    shares[scale] = (middle - left) / (right - left)
print("the text says: on a log scale one sees what happens to the large model")
print("measured: share of the width of epochs 5 to 100:", shares)
printed = [(0.0020, 1.6), (0.0001, 2.4)]
print("and outside of the losses 0.5 to 0.7, from epoch 100 on:", printed)
assert shares["linear"] < 1 / 6 and shares["log"] > 1 / 2
assert all(training < 0.5 and validation > 0.7 for training, validation in printed)
