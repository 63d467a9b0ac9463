"""The figures of day 7: its data, block, schedule, search, log, table and prose."""

from claims.documents import day7
from harness import Figures, stated

CIFAR = Figures(
    {
        "split": [stated(45_000, day7[29]), stated(45_000, day7[30])],
        "held out": stated(5_000, day7[28]),
        "images": stated(45_000, day7[35]),
        "day 7 batch": stated(128, day7[31]),
        "shape of a batch": stated((128, 32, 32, 3), day7[35]),
    }
)
"""Where the data are cut, how many are held out and left, and how many make a batch."""

HALF = ["Conv2D", "BatchNorm", "ReLU"]
NETWORK = Figures(
    {
        "diagram": [
            stated("Conv2D", day7[3]),
            stated("BatchNorm", day7[3]),
            stated("ReLU", day7[4]),
            stated("Conv2D", day7[5]),
            stated("BN", day7[5]),
            stated("ReLU", day7[5]),
            stated("MaxPool2D", day7[6]),
            stated("Dropout", day7[7]),
        ],
        "diagram's dropout": stated(0.2, day7[7]),
        "filters": [
            stated(32, day7[131], day7[210]),
            stated(32, day7[131], day7[210]),
            stated(64, day7[132], day7[210]),
            stated(64, day7[132], day7[210]),
        ],
        "shapes": stated(
            [(128, 32, 32, 3), (128, 32, 32, 32), (128, 32, 32, 32), (128, 16, 16, 32)],
            day7[82],
        ),
        "not before BatchNormalization": stated("Dropout", day7[67]),
    }
)
"""Layers as the flow chart names them, filters, shapes through a block, and a rule."""

PENALTIES = Figures(
    {
        "first": stated(0.00031178, day7[93]),
        "second": stated(0.00089442, day7[93]),
    }
)
"""Printed penalties of the block's first and second convolution."""

SCHEDULE = Figures(
    {
        "in the comment": stated(351, day7[103]),
        "in the log": stated(352, day7[57]),
        "peak": stated(1e-3, day7[106]),
        "floor": stated(0.02, day7[109]),
        "training, lesson": stated(30, day7[102]),
        "warm-up, lesson": [stated(3, day7[107]), stated(3, day7[108])],
        "decay, solution": stated(27, day7[263]),
    }
)
"""Steps of an epoch, the highest rate, the floor as a share of it, and epochs."""

RATES = Figures(
    {
        "step 0": stated("0.000000", day7[113]),
        "step 1053": stated("0.001000", day7[114]),
        "step 5265": stated("0.000541", day7[115]),
        "step 10179": stated("0.000029", day7[116]),
        "epochs at the floor": stated("29.9", day7[111]),
    }
)
"""Learning rates that are printed, and what follows from a mistake."""

SEARCH = Figures(
    {
        "last trial": stated("00h 01m 42s", day7[173]),
        "total": stated("00h 17m 05s", day7[176]),
        "trials": stated(10, day7[153]),
        "last accuracy": stated(0.7862, day7[174]),
        "best accuracy": stated(0.7994, day7[175]),
        "axes": stated(3, day7[179]),
        "values on a grid's axis": stated(2, day7[179]),
        "values on a random axis": stated(10, day7[179]),
        "times finer": stated(5, day7[179]),
        "exercise": stated(
            {"max_trials": 12, "l2": (1e-5, 1e-3), "width": (32, 48, 64)}, day7[210]
        ),
        "solution": {
            "max_trials": stated(12, day7[242]),
            "l2": stated((1e-5, 1e-3), day7[218]),
            "width": stated((32, 48, 64), day7[217]),
        },
    }
)
"""The search's log, the grid it is compared with, the task and its solution."""

WINNER = Figures(
    {
        "printed": stated({"units": 192, "dropout": 0.4, "lr": 0.0021387}, day7[177]),
        "units in the comment": stated("192", day7[182]),
        "dropout in the comment": stated("0.4", day7[183]),
        "lr in the comment": stated("0.0021", day7[184]),
        "typical": {
            "width": stated(64, day7[256]),
            "l2": stated(0.00021, day7[256]),
            "units": stated(192, day7[256]),
            "dropout": stated(0.4, day7[257]),
            "lr": stated(0.0018, day7[257]),
        },
        "l2 in the prose": stated("2e-4", day7[273]),
        "width in the prose": stated(64, day7[273]),
    }
)
"""The best hyperparameters as they are printed, commented on and spoken of."""

LOG = Figures(
    {
        "train": stated(0.9871, day7[57]),
        "validation": stated(0.7188, day7[57]),
    }
)
"""Accuracies of the last epoch of the baseline, as printed."""

TABLE = Figures(
    {
        "baseline": stated((98.7, 71.9, 71.2, 26.8, 11), day7[203]),
        "regularized": stated((88.4, 80.1, 79.6, 8.3, 12), day7[204]),
        "tuned": stated((91.2, 83.0, 82.5, 8.2, 12), day7[205]),
        "mixed": stated((91.0, 82.8, 82.4, 8.2, 7), day7[206]),
    }
)
"""Train, validation, test accuracy in per cent, gap in points, seconds an epoch."""

LABELS = Figures({"rows trained in mixed precision": [stated("mixed", day7[206])]})
"""Only the last row's label adds mixed precision."""

PROSE = Figures(
    {
        "toward": stated(99, day7[17]),
        "low": stated(70, day7[17]),
        "baseline": stated([98.7, 71.9], day7[58]),
        "gap of the baseline": [stated(27, day7[58]), stated(27, day7[207])],
        "gap in the end": stated(8, day7[207]),
        "training points": stated(10, day7[207]),
        "test points": stated(8, day7[207]),
        "more points": stated(3, day7[207]),
        "noise": stated(0.2, day7[207]),
        "per cent of the time": stated(40, day7[207]),
        "least": stated(1.5, day7[121]),
        "most": stated(3, day7[121]),
    }
)
"""What the prose says of log and table, and the speed-up that it expects."""
