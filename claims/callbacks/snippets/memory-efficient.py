import keras

units = 40  # drawn
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
stopping = keras.callbacks.EarlyStopping(
    monitor="val_loss", patience=7, restore_best_weights=True
)
stopping.set_model(model)
stopping.on_train_begin()
stopping.on_epoch_end(0, {"val_loss": 1.0})
held = sum(w.nbytes for w in stopping.best_weights)
weights = sum(w.nbytes for w in model.get_weights())
print("bytes of the model's weights:", weights, "- held by the callback:", held)
assert held == weights
