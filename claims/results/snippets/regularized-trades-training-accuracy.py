millions = {"basic": 13.2, "regularized": 13.4}  # trainable weights as compared
norm = 2 * (2 * (32 + 64 + 128) + 256)  # gamma and beta of all batch normalization
print("the text says: dropout and batch normalization made the difference")
print("measured: they have", norm, "weights; the models differ by 100,000 at least")
assert norm < 0.1e6 <= 1e6 * (millions["regularized"] - millions["basic"]) - 0.99e5
