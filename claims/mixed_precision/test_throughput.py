"""Throughput: what mixed precision buys; measured by `pytest --benchmark` only."""

from claims.documents import day7, notebook
from harness import claim

speeds_up_tensor_cores = claim(
    "mixed-precision.speeds-up-tensor-cores",
    says="On a GPU with Tensor Cores this model trains 1.5 to 3 times as fast.",
    sources=[day7[121]],
)


@speeds_up_tensor_cores.as_worded
def test_the_training_step_is_faster_in_mixed_precision(ratios):
    """Examples per second, mixed_float16 over float32, lie in the claimed range."""
    ratios.judge(
        "mixed_float16", over="float32", low=1.5, high=3.0, needs="tensor cores"
    )


nothing_useful_on_cpu = claim(
    "mixed-precision.nothing-useful-on-cpu",
    says="On a CPU mixed precision brings nothing useful.",
    sources=[day7[121]],
)


@nothing_useful_on_cpu.as_worded
def test_the_training_step_is_not_faster_on_a_cpu(ratios):
    """Examples per second, mixed_float16 over float32 on a CPU, are at most 1."""
    ratios.judge("mixed_float16", over="float32", high=1.0, needs="cpu")


epoch_time_falls_by_40_percent = claim(
    "mixed-precision.epoch-time-falls-by-40-percent",
    says="Mixed precision cuts the time of an epoch by about 40 %, here 12 s to 7 s.",
    sources=[day7[206:207]],
)


@epoch_time_falls_by_40_percent.as_worded
def test_an_epoch_takes_about_sixty_percent_of_the_time(ratios):
    """Seconds of a step with the input pipeline: 35 to 45 % fewer, on a GPU."""
    ratios.judge(
        "mixed_float16 fit",
        over="float32 fit",
        low=1 - 0.45,
        high=1 - 0.35,
        needs="gpu",
    )


halves_peak_memory = claim(
    "mixed-precision.halves-peak-memory",
    says="In mixed precision the lesson's model takes half the memory of a GPU.",
    sources=[day7[119]],
)


@halves_peak_memory.as_worded
def test_the_peak_of_a_training_step_is_half_as_high(ratios):
    """Peak bytes on the device, mixed_float16 over float32, lie in [0.45, 0.55]."""
    ratios.judge_memory(
        "mixed_float16", over="float32", low=0.45, high=0.55, needs="gpu"
    )


can_speed_up_newer_gpus = claim(
    "mixed-precision.can-speed-up-newer-gpus",
    says="On newer GPUs mixed precision can speed training up.",
    sources=[notebook[39]],
)


@can_speed_up_newer_gpus.as_worded
def test_the_training_step_can_be_faster_on_a_gpu(ratios):
    """Examples per second, mixed_float16 over float32, are more than 1."""
    ratios.judge("mixed_float16", over="float32", low=1.0, needs="tensor cores")
