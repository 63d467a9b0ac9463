"""Day 7's table of results, its log and what the prose reads from them."""

from itertools import pairwise

from claims.documents import day7
from claims.documents.day7_figures import LABELS, LOG, PROSE, TABLE
from harness import REFUTED, UPHELD, claim, judge
from harness.running.faults import figure

TRAIN, VALIDATION, TEST, GAP, SECONDS = range(5)


def change(column, *, first, then):
    """The difference of two rows in one column, as subtracted from the print."""
    return round(TABLE[then][column] - TABLE[first][column], 1)


def row(name, **columns):
    """The fault that a row of the table read otherwise."""
    values = list(TABLE[name])
    for column, value in columns.items():
        values[globals()[column.upper()]] = value
    return figure(TABLE, name, tuple(values))


accuracy_percentages = claim(
    "results.accuracy-percentages",
    says="The logged accuracies are 98.7 % in training and 71.9 % in validation.",
    sources=[day7[57:58], day7[203]],
    verdict=UPHELD,
    faults=[figure(LOG, "validation", 0.7179), row("baseline", train=98.8)],
)


@accuracy_percentages.as_worded
def test_the_percentages_are_the_logged_accuracies():
    """100 times the logged figures, to one decimal, are those of prose and table."""
    found = [round(100 * LOG["train"], 1), round(100 * LOG["validation"], 1)]

    judge.equal(found, TABLE["baseline"][:2], oracle="the log itself")
    judge.equal(found, PROSE["baseline"], what="prose", oracle="the log itself")


gap_of_27_points = claim(
    "results.gap-of-27-points",
    says="Training and validation accuracy of the baseline are 27 points apart.",
    sources=[day7[58], day7[207]],
    verdict=UPHELD,
    why="98.71 - 71.88 = 26.83; the table prints 26.8.",
    faults=[figure(LOG, "validation", 0.7288), row("baseline", gap=25.8)],
)


@gap_of_27_points.as_worded
def test_the_gap_rounds_to_27():
    """The log's difference and the table's gap both round to 27."""
    gap = 100 * (LOG["train"] - LOG["validation"])

    found = [round(gap), round(TABLE["baseline"][GAP])]
    judge.equal(found, PROSE["gap of the baseline"])


table_gaps = claim(
    "results.table-gaps",
    says="Each row's gap is its training accuracy less its validation accuracy.",
    sources=[day7[203:206]],
    verdict=UPHELD,
    faults=[row("regularized", gap=8.4), row("mixed", validation=82.7)],
)


@table_gaps.as_worded
def test_each_gap_is_the_difference_of_its_row():
    """In four rows the printed figures subtract without a rest."""
    found = [round(r[TRAIN] - r[VALIDATION], 1) for r in TABLE.values()]

    judge.equal(found, [r[GAP] for r in TABLE.values()], oracle="the table itself")


ten_points_down_eight_up = claim(
    "results.ten-points-down-eight-up",
    says="With regularization the training accuracy is ten points lower and the test "
    "accuracy eight points higher.",
    sources=[day7[207]],
    verdict=UPHELD,
    why="The changes are 10.3 and 8.4 points; both round to the figures of the prose.",
    faults=[row("regularized", train=88.1), row("regularized", test=79.8)],
)


@ten_points_down_eight_up.as_worded
def test_the_changes_round_to_ten_and_eight():
    """From the first row to the second: training -10, test +8, rounded."""
    training = change(TRAIN, first="baseline", then="regularized")
    test = change(TEST, first="baseline", then="regularized")

    said = [-PROSE["training points"], PROSE["test points"]]
    judge.equal([round(training), round(test)], said, oracle="the table itself")


three_more_points = claim(
    "results.three-more-points",
    says="The schedule and the tuned hyperparameters brought about three points more.",
    sources=[day7[207]],
    verdict=UPHELD,
    why='Training accuracy gains 2.8 points, validation and test 2.9; "about three" '
    "is read as 2.5 to 3.5.",
    faults=[row("tuned", test=83.4), row("tuned", validation=82.5)],
)


@three_more_points.as_worded
def test_the_third_row_gains_about_three_points():
    """Validation and test accuracy both gain between 2.5 and 3.5 points."""
    gains = [change(c, first="regularized", then="tuned") for c in (VALIDATION, TEST)]

    low, high = PROSE["more points"] - 0.5, PROSE["more points"] + 0.5
    judge.within(gains, low, high, what="points gained", oracle="the table itself")


mixed_precision_within_a_fifth = claim(
    "results.mixed-precision-within-a-fifth",
    says="Mixed precision changed no accuracy by more than 0.2 points.",
    sources=[day7[207]],
    verdict=UPHELD,
    why="Training and validation accuracy change by -0.2 points, test accuracy by "
    "-0.1.",
    faults=[row("mixed", validation=82.7), row("mixed", test=82.8)],
)


@mixed_precision_within_a_fifth.as_worded
def test_the_last_row_differs_by_a_fifth_of_a_point_at_most():
    """Training, validation and test accuracy of the last two rows."""
    changes = [
        change(c, first="tuned", then="mixed") for c in (TRAIN, VALIDATION, TEST)
    ]

    found = [abs(c) for c in changes]
    judge.at_most(found, PROSE["noise"], what="points", oracle="the table")


epoch_time_cut = claim(
    "results.epoch-time-cut",
    says="Mixed precision cut the time of an epoch by about 40 %.",
    sources=[day7[207]],
    evidence=[day7[205:206]],
    verdict=UPHELD,
    why='7 s instead of 12 s is 42 % less; "about 40 %" is read as 35 to 45 %. '
    "Whether mixed precision causes it on that hardware is "
    "mixed-precision.speeds-up-tensor-cores.",
    faults=[row("mixed", seconds=8), row("tuned", seconds=13)],
)


@epoch_time_cut.as_worded
def test_seven_of_twelve_seconds_are_about_40_per_cent_less():
    """The saved share of the epoch's time lies between 35 and 45 %."""
    saved = 1 - TABLE["mixed"][SECONDS] / TABLE["tuned"][SECONDS]

    low, high = ((PROSE["per cent of the time"] + k) / 100 for k in (-5, 5))
    judge.within(saved, low, high, what="share saved", oracle="the table itself")


gap_collapsed_to_8 = claim(
    "results.gap-collapsed-to-8",
    says="The gap fell from 27 points to 8.",
    sources=[day7[207]],
    verdict=UPHELD,
    faults=[row("mixed", gap=8.6), row("baseline", gap=26.4)],
)


@gap_collapsed_to_8.as_worded
def test_the_gap_falls_from_27_to_8():
    """The first and the last row's gap, rounded."""
    judge.equal(
        [round(TABLE["baseline"][GAP]), round(TABLE["mixed"][GAP])],
        [PROSE["gap of the baseline"][1], PROSE["gap in the end"]],
        oracle="the table itself",
    )


toward_99_and_low_70s = claim(
    "results.toward-99-and-low-70s",
    says="Thirty epochs bring training accuracy near 99 % and validation accuracy into "
    "the low seventies.",
    sources=[day7[17]],
    evidence=[day7[57]],
    verdict=UPHELD,
    why='The log ends at 98.7 % and 71.9 %; "near 99" is read as 98 to 99.5, "low '
    'seventies" as 70 to 74.',
    faults=[figure(LOG, "validation", 0.7488), figure(LOG, "train", 0.9771)],
)


@toward_99_and_low_70s.as_worded
def test_the_log_ends_near_99_and_in_the_low_70s():
    """The last epoch's accuracies lie in the named intervals."""
    near, low = PROSE["toward"], PROSE["low"]

    judge.within(100 * LOG["train"], near - 1, near + 0.5, what="training")
    judge.within(100 * LOG["validation"], low, low + 4, what="validation")


every_tool_attacks_the_gap = claim(
    "results.every-tool-attacks-the-gap",
    says="Every tool of the day attacks the gap between training and validation.",
    sources=[day7[275], day7[58]],
    evidence=[day7[203:206]],
    verdict=REFUTED,
    severity="wording",
    instead="With BatchNorm, Dropout and L2 the train-val gap falls by 18.5 points. "
    "With the schedule and the search validation accuracy rises, with mixed precision "
    "the epoch gets shorter; both leave the gap nearly the same.",
    why="The table's gap falls by 18.5 points with the first step, by 0.1 with the "
    "second, and not with the third. The second raises validation accuracy by 2.9 "
    "points; the third shortens the epoch from 12 s to 7.",
    faults=[row("mixed", gap=7.7), row("tuned", gap=7.9)],
)


def narrowed(*, first, then):
    """Points by which the gap is narrower in the later row."""
    return -change(GAP, first=first, then=then)


@every_tool_attacks_the_gap.as_worded
def test_each_step_of_the_table_narrows_the_gap():
    """Each row's gap is narrower than that of the row before."""
    for first, then in pairwise(TABLE):
        found = narrowed(first=first, then=then)
        judge.at_least(found, 0.1, what=then, oracle="the table itself")


@every_tool_attacks_the_gap.instead
def test_only_the_first_step_narrows_it():
    """By 18.5 points; then by 0.1 and 0.0, while accuracy rises and time falls."""
    judge.printed(narrowed(first="baseline", then="regularized"), "18.5")
    judge.at_most(narrowed(first="regularized", then="tuned"), 0.2)
    judge.at_most(narrowed(first="tuned", then="mixed"), 0.2)
    judge.printed(change(VALIDATION, first="regularized", then="tuned"), "2.9")
    before, after = (TABLE[row][SECONDS] for row in ("tuned", "mixed"))
    judge.at_most(after, before - 1, what="seconds of an epoch")


table_in_mixed_precision = claim(
    "results.table-in-mixed-precision",
    says="The numbers of the table come from a run in mixed precision.",
    sources=[day7[200]],
    evidence=[day7[203:206]],
    verdict=REFUTED,
    severity="wording",
    instead="Representative numbers (a free Colab T4; mixed precision in the last row "
    "only):",
    why="The table adds mixed precision in its last row only, and compares it with "
    "the row before.",
    faults=[figure(LABELS, "rows trained in mixed precision", list(TABLE))],
)


@table_in_mixed_precision.as_worded
def test_every_row_was_trained_in_mixed_precision():
    """The rows that use mixed precision are all rows."""
    used = LABELS["rows trained in mixed precision"]

    judge.equal(len(used), len(TABLE), what="rows", oracle="the table's labels")


@table_in_mixed_precision.instead
def test_the_last_row_was_trained_in_mixed_precision():
    """And no other."""
    used = LABELS["rows trained in mixed precision"]

    judge.equal(used, [list(TABLE)[-1]], what="rows", oracle="the table's labels")


speed_up_as_expected = claim(
    "results.speed-up-as-expected",
    says="The table's epoch times in mixed precision agree with the expected factor of "
    "1.5 to 3.",
    sources=[day7[121]],
    evidence=[day7[205:206]],
    verdict=UPHELD,
    why="12 s and 7 s are each rounded to a second: mixed precision is 1.53 to 1.92 "
    "times as fast.",
    faults=[row("mixed", seconds=8), figure(PROSE, "least", 1.6)],
)


@speed_up_as_expected.as_worded
def test_twelve_over_seven_seconds_lie_in_the_range():
    """Whatever the times were before rounding, their ratio is within the range."""
    before, after = (TABLE[row][SECONDS] for row in ("tuned", "mixed"))
    ratios = [(before - 0.5) / (after + 0.5), (before + 0.5) / (after - 0.5)]

    low, high = PROSE["least"], PROSE["most"]
    judge.within(ratios, low, high, what="speed-up", oracle="the table itself")
