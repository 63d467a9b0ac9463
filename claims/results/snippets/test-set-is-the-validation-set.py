images, batch, steps_of_the_test = 500, 16, 32  # printed by the notebook
given = {"fit(validation_data=)": "valid_ds", "evaluate()": "valid_ds"}
print("data given to each call:", given)
print(
    "batches of the validation set:", -(-images // batch), "tested:", steps_of_the_test
)
assert len(set(given.values())) == 1 and -(-images // batch) == steps_of_the_test
