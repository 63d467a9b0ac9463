size_histories, regularizer_histories = {}, {}
for name in ("Tiny", "Small", "Medium", "large"):
    size_histories[name] = name
regularizer_histories["Tiny"] = size_histories["Tiny"]
plots = {}
regularizer_histories["l2"] = "l2"
plots["line 679"] = list(regularizer_histories)
regularizer_histories["dropout"] = "dropout"
plots["line 760"] = list(regularizer_histories)
print("the text says: the plot shows that both improve the large model")
print("measured: drawn are", plots)
assert not any("large" in runs for runs in plots.values())
assert "large" in size_histories
