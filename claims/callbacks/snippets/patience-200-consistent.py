import keras
import numpy as np

rows = {0: 0.6847, 100: 0.6047, 200: 0.5947, 300: 0.5847}  # printed, with dropout
losses = np.interp(np.arange(1000), list(rows), list(rows.values()))  # flat from 300 on
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=200)
stopping.set_model(model)
stopping.on_train_begin()
epoch = 0
while not model.stop_training:
    stopping.on_epoch_end(epoch, {"val_loss": losses[epoch]})
    epoch += 1
print("the last printed row is that of epoch 300; by its losses the training ends")
print("in epoch", epoch - 1, "- the best one is", stopping.best_epoch)
assert (epoch - 1, stopping.best_epoch) == (500, 300)
