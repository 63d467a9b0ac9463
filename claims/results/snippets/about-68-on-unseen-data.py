validation, test = 68.6, 68.4  # % of the basic model, as the comparison prints them
print("the text says: around 68 % on unseen data")
print("on the test set:", round(test), "and on the validation set:", round(validation))
assert round(test) == 68 and round(validation) == 69
