"""The tutorial's printed training logs, one row for every hundred epochs.

Each row: epoch, accuracy, cross-entropy, validation accuracy, and the validation
cross-entropy as far as the page shows it; the page cuts that column off.
"""

from harness.running.faults import Fault

LOGS = {
    "tiny": [
        (0, 0.5069, 0.8599, 0.5020, "0.811"),
        (100, 0.6051, 0.6266, 0.5800, "0.611"),
        (200, 0.6273, 0.6128, 0.5970, "0.611"),
        (300, 0.6379, 0.6033, 0.6240, "0.611"),
        (400, 0.6582, 0.5960, 0.6300, "0.611"),
        (500, 0.6559, 0.5908, 0.6400, "0.611"),
        (600, 0.6590, 0.5872, 0.6430, "0.611"),
        (700, 0.6675, 0.5844, 0.6400, "0.611"),
        (800, 0.6639, 0.5830, 0.6330, "0.611"),
    ],
    "small": [
        (0, 0.4751, 0.7112, 0.4580, "0.69"),
        (100, 0.6290, 0.6104, 0.6300, "0.6"),
        (200, 0.6619, 0.5857, 0.6730, "0.6"),
        (300, 0.6731, 0.5762, 0.6610, "0.6"),
        (400, 0.6823, 0.5691, 0.6740, "0.6"),
        (500, 0.6819, 0.5654, 0.6530, "0.6"),
        (600, 0.6905, 0.5617, 0.6690, "0.6"),
        (700, 0.6938, 0.5590, 0.6720, "0.6"),
        (800, 0.6960, 0.5556, 0.6790, "0.6"),
        (900, 0.6972, 0.5525, 0.6700, "0.6"),
        (1000, 0.7018, 0.5500, 0.6660, "0"),
    ],
    "medium": [
        (0, 0.4952, 0.6848, 0.5030, "0.67"),
        (100, 0.7148, 0.5259, 0.6720, "0.6"),
        (200, 0.7875, 0.4266, 0.6460, "0.6"),
    ],
    "large": [
        (0, 0.5085, 0.8122, 0.4780, "0.68"),
        (100, 1.0000, 0.0020, 0.6330, "1.6"),
        (200, 1.0000, 0.0001, 0.6390, "2.4"),
    ],
    "l2": [
        (0, 0.5009, 0.7780, 0.4670, "0.684"),
        (100, 0.6606, 0.5928, 0.6620, "0.61"),
        (200, 0.6755, 0.5822, 0.6680, "0.61"),
        (300, 0.6781, 0.5747, 0.6610, "0.61"),
        (400, 0.6918, 0.5653, 0.6730, "0.61"),
        (500, 0.6888, 0.5616, 0.6710, "0.61"),
    ],
    "dropout": [
        (0, 0.4970, 0.8047, 0.4620, "0.6847"),
        (100, 0.6566, 0.5953, 0.6640, "0.6047"),
        (200, 0.6895, 0.5574, 0.6790, "0.5947"),
        (300, 0.7264, 0.5143, 0.6940, "0.5847"),
    ],
    "combined": [
        (0, 0.5017, 0.7989, 0.5170, "0.68"),
        (100, 0.6496, 0.6078, 0.6320, "0."),
        (200, 0.6611, 0.5926, 0.6860, "0."),
        (300, 0.6682, 0.5833, 0.6730, "0."),
        (400, 0.6769, 0.5770, 0.6990, "0."),
        (500, 0.6811, 0.5707, 0.6890, "0."),
        (600, 0.6810, 0.5681, 0.7060, "0."),
        (700, 0.6904, 0.5578, 0.6930, "0."),
        (800, 0.6866, 0.5575, 0.7060, "0."),
    ],
}

EPOCH, ACCURACY, LOSS, VAL_ACCURACY, VAL_LOSS = range(5)


def shown(text):
    """The interval of the numbers that begin with `text`: "0.6" is [0.6, 0.7]."""
    decimals = len(text.partition(".")[2])
    return float(text), float(text) + 10.0**-decimals


def column(log, position):
    """A column of a log, as a list."""
    return [row[position] for row in LOGS[log]]


def at_epoch(log, epoch):
    """The row of an epoch."""
    return next(row for row in LOGS[log] if row[EPOCH] == epoch)


def gap(log, epoch):
    """Validation less training cross-entropy, as the interval that the page allows."""
    row = at_epoch(log, epoch)
    low, high = shown(row[VAL_LOSS])
    return low - row[LOSS], high - row[LOSS]


def cell(log, epoch, position, value):
    """The fault that a cell of a printed log read otherwise."""

    def install(patch):
        rows = [
            (*row[:position], value, *row[position + 1 :])
            if row[EPOCH] == epoch
            else row
            for row in LOGS[log]
        ]
        patch.setitem(LOGS, log, rows)

    does = f"{log} log, epoch {epoch}: {value}"
    return Fault(does, does, install)
