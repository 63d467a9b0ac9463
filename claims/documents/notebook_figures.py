"""The figures of the Imagenette notebook: its network, training, report, comparison."""

from claims.documents import notebook
from harness import Figures, stated

IMAGENETTE = Figures(
    {
        "notebook training": stated(12_894, notebook[66]),
        "notebook validation": stated(500, notebook[67]),
        "size": stated(160, notebook[78]),
        "shape": stated((160, 160, 3), notebook[142], notebook[181]),
        "notebook batch": stated(16, notebook[126]),
    }
)
"""Images, the size they are brought to, their shape, and how many are in a batch."""

BLOCK = ["Conv2D", "BatchNorm", "Conv2D", "BatchNorm", "MaxPool", "Dropout"]
HEAD = ["Flatten", "Dense", "BatchNorm", "Dropout", "Dense"]
NETWORK = Figures(
    {
        "diagram": [
            stated(BLOCK, notebook[237:242]),
            stated(BLOCK, notebook[246:251]),
            stated(BLOCK, notebook[255:260]),
            stated(HEAD, notebook[264:268]),
        ],
        "filters": [
            stated([32, 32], notebook[146]),
            stated([64, 64], notebook[147]),
            stated([128, 128], notebook[148]),
        ],
        "rates": [stated([0.25] * 3, notebook[154]), stated([0.5], notebook[160])],
        "rates after pooling": [
            stated([0.25] * 3, notebook[174]),
            stated([0.5], notebook[175]),
        ],
        "rates in the code": [
            stated(0.25, notebook[186]),
            stated(0.25, notebook[194]),
            stated(0.25, notebook[202]),
            stated(0.5, notebook[208]),
        ],
        "units": [stated(256, notebook[158]), stated(10, notebook[268])],
        "classes of imagenette": stated(10, notebook[268]),
    }
)
"""Layers as the flow chart names them, filters, rates and units block by block."""

FIT = Figures(
    {
        "epochs": stated(50, notebook[309]),
        "patience": stated(7, notebook[292]),
        "messages": [
            stated(3.16996, notebook[336]),
            stated(1.21180, notebook[340]),
            stated(1.12532, notebook[344]),
            stated(0.97990, notebook[348]),
        ],
        "starts of messages": [
            stated(3.16996, notebook[340]),
            stated(1.21180, notebook[344]),
            stated(1.12532, notebook[348]),
        ],
        "rows": [
            stated("3.1700", notebook[337]),
            stated("1.2118", notebook[341]),
            stated("1.1253", notebook[345]),
            stated("0.9799", notebook[349]),
        ],
        "steps": stated(
            806, notebook[337], notebook[341], notebook[345], notebook[349]
        ),
        "validation data of fit": stated("valid_ds", notebook[318]),
    }
)
"""The training: most epochs, the checkpoint's messages, the loss in their rows."""

EPOCHS = Figures(
    {
        "epoch 1": stated(("0.2000", 56, 69), notebook[337]),
        "epoch 2": stated(("0.6140", 17, 21), notebook[341]),
        "epoch 3": stated(("0.6280", 17, 22), notebook[345]),
        "epoch 4": stated(("0.6940", 17, 21), notebook[349]),
    }
)
"""Validation accuracy, seconds of the epoch, milliseconds a step."""

REPORT = Figures(
    {
        "data of the test": stated("valid_ds", notebook[389]),
        "evaluated steps": stated(32, notebook[407]),
        "evaluated loss": stated("0.5492", notebook[407]),
        "evaluated accuracy": stated("0.8400", notebook[407]),
        "test loss": stated("0.5492", notebook[408]),
        "test accuracy": [
            stated("0.8400", notebook[409]),
            stated("0.8400", notebook[421]),
        ],
        "training loss": stated("0.3196", notebook[417]),
        "training accuracy": stated("0.8973", notebook[418]),
        "final validation loss": stated("0.5665", notebook[419]),
        "validation accuracy": stated("0.8380", notebook[420]),
        "stopped after": stated(39, notebook[423]),
    }
)
"""What is printed after the training, with all its digits."""

PROSE = Figures(
    {
        "basic": {
            "train": [stated(99.3, notebook[432]), stated(99.3, notebook[477])],
            "validation": [stated(68.6, notebook[433]), stated(68.6, notebook[478])],
            "test": [stated(68.4, notebook[433]), stated(68.4, notebook[478])],
        },
        "regularized": {
            "train": [stated(89.7, notebook[438]), stated(89.7, notebook[477])],
            "validation": [stated(83.8, notebook[439]), stated(83.8, notebook[478])],
            "test": [stated(84.0, notebook[439]), stated(84.0, notebook[478])],
        },
        "about, basic": [stated(68, notebook[487]), stated(68, notebook[497])],
        "about, regularized": stated(84, notebook[490]),
        "epochs, basic": [
            stated(7, notebook[431]),
            stated(7, notebook[465]),
            stated(7, notebook[476]),
        ],
        "epochs, regularized": [
            stated(39, notebook[437]),
            stated(39, notebook[465]),
            stated(39, notebook[476]),
        ],
    }
)
"""What the comparison says of both models, once in its text and once in its table."""

PARAMETERS = Figures(
    {
        "total": stated("40.2", notebook[452]),
        "trainable": stated("13.4", notebook[453]),
        "basic total": stated("39.6", notebook[447]),
        "basic trainable": stated("13.2", notebook[448]),
    }
)
"""Millions of parameters, as the comparison gives them."""
