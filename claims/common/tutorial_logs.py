"""What can be read from the tutorial's printed training logs, and their faults."""

from claims.documents.tutorial_figures import LOGS
from harness.running.faults import Fault


def shown(text):
    """The interval of the numbers that begin with `text`: "0.6" is [0.6, 0.7]."""
    decimals = len(text.partition(".")[2])
    return float(text), float(text) + 10.0**-decimals


def column(log, name):
    """A column of a log, as a list."""
    return [getattr(row, name) for row in LOGS[log]]


def at_epoch(log, epoch):
    """The row of an epoch."""
    return next(row for row in LOGS[log] if row.epoch == epoch)


def gap(log, epoch):
    """Validation less training cross-entropy, as the interval that the page allows."""
    row = at_epoch(log, epoch)
    low, high = shown(row.val_cross_entropy)
    return low - row.cross_entropy, high - row.cross_entropy


def cell(log, epoch, **value):
    """The fault that a cell of a printed log read otherwise."""
    rows = [row._replace(**value) if row.epoch == epoch else row for row in LOGS[log]]
    does = f"{log} log, epoch {epoch}: {next(iter(value.values()))}"
    return Fault(does, does, lambda patch: patch.setitem(LOGS, log, rows))


def epochs(log, numbers):
    """The fault that a log had these epochs, with the figures of its first rows."""
    rows = [row._replace(epoch=epoch) for row, epoch in zip(LOGS[log], numbers)]
    does = f"{log} reads {numbers}"
    return Fault(does, does, lambda patch: patch.setitem(LOGS, log, rows))
