"""Differences that would matter to a reader, and where their sizes come from."""

STEP = 0.05
POINTS = "a step of 5 points is what a reader sees in a plot of accuracies"
POINT = 0.01
A_POINT = "a point of accuracy is the least that the documents' tables tell apart"
LOSS = 0.05
IN_A_PLOT = "0.05 is what a reader sees in the documents' plots of losses"
