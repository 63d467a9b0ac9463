last_epochs = {"tiny": 800, "small": 1000, "medium": 200, "large": 200}  # printed
gaps_at_200 = {"tiny": (-0.002, -0.0008), "small": (0.0143, 0.1143)}
gaps_at_200 |= {"medium": (0.1734, 0.2734), "large": (2.3999, 2.4999)}
print("validation less training cross-entropy at epoch 200, as printed:", gaps_at_200)
print("early stopping with patience 200 ended each training after:", last_epochs)
print("the small model's validation improved for longer than the tiny one's")
assert gaps_at_200["small"][0] > gaps_at_200["tiny"][1]
assert last_epochs["small"] > last_epochs["tiny"]
