training = {100: 0.6266, 800: 0.5830}  # tiny model, cross-entropy as printed
validation = {100: 0.611, 800: 0.611}  # the page cuts further digits off
gaps = {epoch: validation[epoch] - training[epoch] for epoch in training}
print("the text says: the tiny model avoids overfitting altogether")
print("measured: its validation loss stays, its gap opens:", gaps)
assert gaps[800] - gaps[100] > 0.04
