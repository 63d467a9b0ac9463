import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot as plt

history = {"loss": [0.7, 0.5], "val_loss": [0.8, 0.6]}
figure = plt.figure()
plt.plot(history["loss"])
plt.plot(history["val_loss"])
plt.close()
print("the figure is open:", plt.fignum_exists(figure.number), "- the data:", history)
assert not plt.fignum_exists(figure.number) and len(history["loss"]) == 2
