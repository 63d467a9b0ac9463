import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot as plt

print("the text says: on a log scale one sees what happens to the large model")
for last in (1000, 1099):  # epochs of the longest run: its last row is that of 1000
    shares = {}
    for scale in ("linear", "log"):
        axes = plt.figure().gca()
        plt.xlim([0, last])  # as the tutorial's plotter sets it
        plt.xscale(scale)
        plt.xlim([5, max(plt.xlim())])
        places = axes.transData.transform([(5, 1), (100, 1), (last, 1)])[:, 0]
        shares[scale] = (places[1] - places[0]) / (places[2] - places[0])
    print("measured: share of epochs 5 to 100 in the width to", last, shares)
    assert shares["linear"] < 1 / 2 < shares["log"]
printed = [(0.0020, 1.6), (0.0001, 2.4)]
print("outside of the losses 0.5 to 0.7, from epoch 100 on:", printed)
assert all(training < 0.5 and validation > 0.7 for training, validation in printed)
