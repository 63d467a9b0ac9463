tiny = {100: "0.611", 400: "0.611", 800: "0.611"}  # as printed, cut off by the page
dropout = {100: "0.6047", 200: "0.5947", 300: "0.5847"}
best_tiny, best_dropout = min(tiny.values()), min(dropout.values())
print("validation cross-entropy: tiny", best_tiny, "- large with dropout", best_dropout)
print("validation accuracy:      tiny 0.6430 - large with dropout 0.6940")
assert float(best_dropout) + 0.02 < float(best_tiny)
