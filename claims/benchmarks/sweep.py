"""Where the speed-up of mixed precision vanishes; on a GPU or with --thorough."""

from claims.benchmarks.networks import BATCH, batches, upgraded
from claims.benchmarks.training import Run, training
from harness.benchmark.configuration import TF32, Scale, configuration, ratio
from harness.stack import devices

CONDITIONS = {
    "batch 32": {"size": 32},
    "batch 512": {"size": 512},
    "narrow": {"width": 8},
    "wide": {"width": 64},
    "channels not a multiple of 8": {"width": 30},
    "without XLA": {"jit_compile": False},
    "eager": {"run_eagerly": True},
}


def declare() -> None:
    """float32 against mixed_float16 in each condition; TF32 on and off."""
    for condition, options in CONDITIONS.items():
        for policy in ("float32", "mixed_float16"):
            _under(condition, policy, **options)
        ratio(f"mixed_float16, {condition}", over=f"float32, {condition}")
    for name, allowed in (("full float32", False), ("TF32", True)):
        _products(name, allowed)
    ratio("TF32", over="full float32")


def _under(condition: str, policy: str, *, size: int = BATCH[1], **options) -> None:
    @configuration(
        f"{policy}, {condition}",
        group=condition,
        examples=size,
        policy=policy,
        full_only=True,
        backends=("tensorflow",) if "run_eagerly" in options else (),
    )
    def train(scale: Scale) -> Run:
        data = batches(scale, size=(size, size))
        return training(upgraded(scale, policy, **options), data)


def _products(name: str, allowed: bool) -> None:
    """The precision of float32 products, on cards that have TF32."""

    @configuration(name, group="TF32", examples=BATCH, full_only=True, capability=TF32)
    def train(scale: Scale) -> Run:
        return within(allowed, training(upgraded(scale), batches(scale)))


def within(allowed: bool, run: Run) -> Run:
    """The same steps with TF32 allowed or not; it counts when products are traced."""

    def switched(steps: int) -> None:
        with devices.tf32(allowed):
            run(steps)

    return switched
