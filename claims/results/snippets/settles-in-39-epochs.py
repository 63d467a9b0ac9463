import keras
import numpy as np

best, ran = 32, 0
losses = [1 + abs(epoch - best) / 100 for epoch in range(1, 51)]
stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=7)
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
stopping.set_model(model)
stopping.on_train_begin()
while not model.stop_training:
    stopping.on_epoch_end(ran, {"val_loss": np.float32(losses[ran])})
    ran += 1
print("the text says: the model settles in 39 epochs")
print("measured: with patience 7,", ran, "epochs ran, the best one was", best)
assert (ran, stopping.best_epoch + 1) == (39, 32)
