accuracies = {"validation": 68.6, "test": 68.4}  # % of the basic model, as printed
rounded = {name: round(percent) for name, percent in accuracies.items()}
print("the text says: about 68 % on these sets")
print("measured: rounded to whole percents", rounded)
assert rounded == {"validation": 69, "test": 68}
