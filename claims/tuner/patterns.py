"""Search spaces in a lesson's code that miss what they seem to include."""

from harness.lessons.patterns import pattern

BUILD = "import keras_tuner as kt\ndef build(hp):\n    rate = hp.Float({})\n"


@pattern(
    "tuner.float-step",
    instead="The values are counted by a floor division in floating point: a max_value "
    "that is half a step higher includes the last one.",
    catches=[
        BUILD.format("'dropout', 0.2, 0.5, step=0.1"),
        BUILD.format("'dropout', 0.0, 0.5, step=0.1"),
        BUILD.format("'dropout', min_value=0.0, max_value=0.3, step=0.1"),
        BUILD.format("name='rate', min_value=0.1, max_value=0.7, step=0.2"),
    ],
    passes=[
        BUILD.format("'dropout', 0.2, 0.55, step=0.1"),
        BUILD.format("'dropout', 0.0, 0.5, step=0.25"),
        BUILD.format("'lr', 1e-4, 1e-2, sampling='log'"),
        BUILD.format("'dropout', low, 0.5, step=0.1"),
        BUILD.format("'dropout', 0.1, 0.5, step=0.3"),
    ],
)
def last_value_is_left_out(code):
    """The largest value is never tried: in floating point the range holds a step
    less."""
    for call in code.calls(".Float"):
        places = (("min_value", 1), ("max_value", 2), ("step", 3))
        low, high, step = (
            code.literal(call.block, call.argument(*place)) for place in places
        )
        numbers = all(isinstance(v, (int, float)) for v in (low, high, step))
        if call.open or call.argument("sampling") or not numbers or step <= 0:
            continue
        steps = (high - low) / step
        whole = abs(steps - round(steps)) < 1e-9
        if whole and (high - low) // step < round(steps):
            yield call
