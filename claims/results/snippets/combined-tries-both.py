l2_model, combined_model = 0.001, 0.0001  # strengths in the two models' code
print("the text says: next, both regularizations together")
print("measured: L2 strength", l2_model, "became", combined_model)
assert combined_model < l2_model / 9
