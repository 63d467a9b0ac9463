import keras

behind = 9  # drawn
step = 1  # drawn
stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
stopping.set_model(model)
stopping.on_train_begin()
epochs = 0
while epochs < 8 and not model.stop_training:
    stopping.on_epoch_end(epochs, {"val_loss": behind - epochs * step / 1000})
    epochs += 1
print(f"a trial whose validation loss stays near {behind} runs {epochs} of 8 epochs")
assert epochs == 8
