import importlib.util
from types import SimpleNamespace

import numpy as np

if importlib.util.find_spec("tensorflow_docs"):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt
    from tensorflow_docs.plots import HistoryPlotter

    epochs = np.arange(401)
    peak = np.where(epochs == 200, 1.0, 0.0)
    run = SimpleNamespace(epoch=list(epochs), history={"m": peak, "val_m": peak})
    plt.figure()
    HistoryPlotter(metric="m", smoothing_std=10).plot({"run": run})
    bell = plt.gca().lines[0].get_ydata()
    deviation = np.sqrt(np.sum(bell * (epochs - 200) ** 2) / np.sum(bell))
    print("the text says: smoothing_std=10")
    print("measured: a deviation of", deviation, "epochs")
    assert abs(deviation - 5 / 2**0.5) < 0.01
else:
    print("needs tensorflow-docs: pip install tensorflow-docs")
