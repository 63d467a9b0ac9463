"""The figures of the overfitting tutorial: its data, code, tables and logs."""

from typing import NamedTuple

from claims.documents import tutorial
from harness import Figures, stated


class Row(NamedTuple):
    """A row of a training log; the page cuts the last column off, so it is a text."""

    epoch: int
    accuracy: float
    cross_entropy: float
    loss: float
    val_accuracy: float
    val_cross_entropy: str


LOGS = Figures(
    {
        "tiny": [
            stated(Row(0, 0.5069, 0.8599, 0.8599, 0.5020, "0.811"), tutorial[360]),
            stated(Row(100, 0.6051, 0.6266, 0.6266, 0.5800, "0.611"), tutorial[364]),
            stated(Row(200, 0.6273, 0.6128, 0.6128, 0.5970, "0.611"), tutorial[366]),
            stated(Row(300, 0.6379, 0.6033, 0.6033, 0.6240, "0.611"), tutorial[368]),
            stated(Row(400, 0.6582, 0.5960, 0.5960, 0.6300, "0.611"), tutorial[370]),
            stated(Row(500, 0.6559, 0.5908, 0.5908, 0.6400, "0.611"), tutorial[372]),
            stated(Row(600, 0.6590, 0.5872, 0.5872, 0.6430, "0.611"), tutorial[374]),
            stated(Row(700, 0.6675, 0.5844, 0.5844, 0.6400, "0.611"), tutorial[376]),
            stated(Row(800, 0.6639, 0.5830, 0.5830, 0.6330, "0.611"), tutorial[378]),
        ],
        "small": [
            stated(Row(0, 0.4751, 0.7112, 0.7112, 0.4580, "0.69"), tutorial[424]),
            stated(Row(100, 0.6290, 0.6104, 0.6104, 0.6300, "0.6"), tutorial[426]),
            stated(Row(200, 0.6619, 0.5857, 0.5857, 0.6730, "0.6"), tutorial[428]),
            stated(Row(300, 0.6731, 0.5762, 0.5762, 0.6610, "0.6"), tutorial[430]),
            stated(Row(400, 0.6823, 0.5691, 0.5691, 0.6740, "0.6"), tutorial[432]),
            stated(Row(500, 0.6819, 0.5654, 0.5654, 0.6530, "0.6"), tutorial[434]),
            stated(Row(600, 0.6905, 0.5617, 0.5617, 0.6690, "0.6"), tutorial[436]),
            stated(Row(700, 0.6938, 0.5590, 0.5590, 0.6720, "0.6"), tutorial[438]),
            stated(Row(800, 0.6960, 0.5556, 0.5556, 0.6790, "0.6"), tutorial[440]),
            stated(Row(900, 0.6972, 0.5525, 0.5525, 0.6700, "0.6"), tutorial[442]),
            stated(Row(1000, 0.7018, 0.5500, 0.5500, 0.6660, "0"), tutorial[444]),
        ],
        "medium": [
            stated(Row(0, 0.4952, 0.6848, 0.6848, 0.5030, "0.67"), tutorial[479]),
            stated(Row(100, 0.7148, 0.5259, 0.5259, 0.6720, "0.6"), tutorial[480]),
            stated(Row(200, 0.7875, 0.4266, 0.4266, 0.6460, "0.6"), tutorial[481]),
        ],
        "large": [
            stated(Row(0, 0.5085, 0.8122, 0.8122, 0.4780, "0.68"), tutorial[516]),
            stated(Row(100, 1.0000, 0.0020, 0.0020, 0.6330, "1.6"), tutorial[517]),
            stated(Row(200, 1.0000, 0.0001, 0.0001, 0.6390, "2.4"), tutorial[518]),
        ],
        "l2": [
            stated(Row(0, 0.5009, 0.7780, 2.2853, 0.4670, "0.684"), tutorial[639]),
            stated(Row(100, 0.6606, 0.5928, 0.6168, 0.6620, "0.61"), tutorial[648]),
            stated(Row(200, 0.6755, 0.5822, 0.6060, 0.6680, "0.61"), tutorial[650]),
            stated(Row(300, 0.6781, 0.5747, 0.5981, 0.6610, "0.61"), tutorial[652]),
            stated(Row(400, 0.6918, 0.5653, 0.5897, 0.6730, "0.61"), tutorial[654]),
            stated(Row(500, 0.6888, 0.5616, 0.5904, 0.6710, "0.61"), tutorial[656]),
        ],
        "dropout": [
            stated(Row(0, 0.4970, 0.8047, 0.8047, 0.4620, "0.6847"), tutorial[745]),
            stated(Row(100, 0.6566, 0.5953, 0.5953, 0.6640, "0.6047"), tutorial[746]),
            stated(Row(200, 0.6895, 0.5574, 0.5574, 0.6790, "0.5947"), tutorial[747]),
            stated(Row(300, 0.7264, 0.5143, 0.5143, 0.6940, "0.5847"), tutorial[748]),
        ],
        "combined": [
            stated(Row(0, 0.5017, 0.7989, 0.9572, 0.5170, "0.68"), tutorial[808]),
            stated(Row(100, 0.6496, 0.6078, 0.6376, 0.6320, "0."), tutorial[810]),
            stated(Row(200, 0.6611, 0.5926, 0.6179, 0.6860, "0."), tutorial[812]),
            stated(Row(300, 0.6682, 0.5833, 0.6114, 0.6730, "0."), tutorial[814]),
            stated(Row(400, 0.6769, 0.5770, 0.6066, 0.6990, "0."), tutorial[816]),
            stated(Row(500, 0.6811, 0.5707, 0.6021, 0.6890, "0."), tutorial[818]),
            stated(Row(600, 0.6810, 0.5681, 0.6017, 0.7060, "0."), tutorial[820]),
            stated(Row(700, 0.6904, 0.5578, 0.5932, 0.6930, "0."), tutorial[822]),
            stated(Row(800, 0.6866, 0.5575, 0.5945, 0.7060, "0."), tutorial[824]),
        ],
    }
)
"""The logs of the seven models, one row for every hundred epochs."""

LARGE = [14_848, 262_656, 262_656, 262_656, 513]
WITH_DROPOUT = [14_848, 0, 262_656, 0, 262_656, 0, 262_656, 0, 513]
TABLES = Figures(
    {
        "tiny": stated(([464, 17], "481 (1.88 KB)"), tutorial[345:353]),
        "small": stated(([464, 272, 17], "753 (2.94 KB)"), tutorial[414:421]),
        "medium": stated(
            ([1_856, 4_160, 4_160, 65], "10,241 (40.00 KB)"), tutorial[469:477]
        ),
        "large": stated((LARGE, "803,329 (3.06 MB)"), tutorial[505:514]),
        "l2": stated((LARGE, "803,329 (3.06 MB)"), tutorial[626:635]),
        "dropout": stated((WITH_DROPOUT, "803,329 (3.06 MB)"), tutorial[729:742]),
        "combined": stated((WITH_DROPOUT, "803,329 (3.06 MB)"), tutorial[790:803]),
    }
)
"""Model: the column of its summary's table, and the total."""

MODELS = Figures(
    {
        "hidden layers": {
            "small": stated((2, 16), tutorial[399]),
            "medium": stated((3, 64), tutorial[450]),
        },
        "order": [
            stated("tiny", tutorial[338]),
            stated("small", tutorial[409]),
            stated("medium", tutorial[464]),
            stated("large", tutorial[500]),
        ],
    }
)
"""(layers, units) as the prose announces them, and the order of the models."""

REGULARIZED = Figures(
    {
        "L2, regularized": stated([0.001] * 4, tutorial[601:612]),
        "dropout, alone": stated([0.5] * 4, tutorial[711:721]),
        "L2, combined": stated([0.0001] * 4, tutorial[768:782]),
        "dropout, combined": stated([0.5] * 4, tutorial[768:782]),
        "units, dropout": stated([512] * 4, tutorial[711:721]),
        "dropout layers announced": stated(2, tutorial[708]),
        "dropout layers in the summary": stated(
            ["dropout", "dropout_1", "dropout_2", "dropout_3"], tutorial[731:737]
        ),
    }
)
"""Strengths, rates and units in the code, one for each layer that has them."""

FIT = Figures(
    {
        "patience": stated(200, tutorial[278]),
        "maximum": stated(10_000, tutorial[286]),
    }
)
"""The early stopping, and the most epochs."""

PIPELINE = Figures(
    {
        "validation": [stated(1_000, tutorial[190]), stated(1_000, tutorial[193])],
        "training": [stated(10_000, tutorial[190]), stated(10_000, tutorial[194])],
        "buffer": stated(10_000, tutorial[195]),
        "batch": stated(500, tutorial[196]),
        "printed kind": stated("CacheDataset", tutorial[209]),
        "printed features": stated(28, tutorial[209]),
    }
)
"""Sizes of the data sets, the first of two in the prose and the second in the code."""

RECORDS = Figures(
    {
        "features": [stated(28, tutorial[128]), stated(28, tutorial[142])],
        "printed shape": stated(28, tutorial[185]),
        "bytes": stated(2_816_407_858, tutorial[137]),
        "seconds": stated("290", tutorial[137]),
        "microseconds a byte": stated("0", tutorial[137]),
        "printed": stated(
            "0.8692932 -0.6350818 0.22569026 0.32747006 -0.6899932 0.75420225 "
            "-0.24857314 -1.0920639 0. 1.3749921 -0.6536742 0.9303491 1.1074361 "
            "1.1389043 -1.5781983 -1.0469854 0. 0.65792954 -0.01045457 -0.04576717 "
            "3.1019614 1.35376 0.9795631 0.97807616 0.92000484 0.72165745 "
            "0.98875093 0.87667835",
            tutorial[181:185],
        ),
    }
)
"""The download, and the records that are read from it."""

DROPOUT = Figures({"vector": stated((0.2, 0.5, 1.3, 0.8, 1.1), tutorial[702])})
"""The example of a layer's output."""

PLOTS = Figures(
    {
        "sizes": [
            stated("Tiny", tutorial[338]),
            stated("Small", tutorial[409]),
            stated("Medium", tutorial[464]),
            stated("large", tutorial[500]),
        ],
        "plot of line 760": [
            stated("Tiny", tutorial[581]),
            stated("l2", tutorial[614]),
            stated("dropout", tutorial[723]),
        ],
        "first epoch": stated(5, tutorial[539]),
        "lowest": stated(0.5, tutorial[540]),
        "highest": stated(0.7, tutorial[540]),
        "limits": stated("(0.5, 0.7)", tutorial[391], tutorial[675], tutorial[756]),
        "label": stated("Text(0.5, 0, 'Epochs [Log Scale]')", tutorial[544]),
    }
)
"""The runs that the code draws, its limits, and what its cells print."""
