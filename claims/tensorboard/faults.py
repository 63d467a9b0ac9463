"""Defects of TensorBoard's callback and command."""

from harness.running.faults import argument, replaced

scalars_2_percent_high = replaced(
    "keras.src.callbacks.tensorboard:TensorBoard._log_epoch_metrics",
    lambda original: (
        lambda self, epoch, logs: original(
            self, epoch, {k: 1.02 * v for k, v in logs.items()}
        )
    ),
    name="scalars 2 % high",
    does="TensorBoard's scalars are 2 % too high",
)


steps_from_one = replaced(
    "keras.src.callbacks.tensorboard:TensorBoard._log_epoch_metrics",
    lambda original: lambda self, epoch, logs: original(self, epoch + 1, logs),
    name="steps from one",
    does="TensorBoard counts epochs from one",
)


validation_not_logged = replaced(
    "keras.src.callbacks.tensorboard:TensorBoard._log_epoch_metrics",
    lambda original: (
        lambda self, epoch, logs: original(
            self, epoch, {k: v for k, v in logs.items() if not k.startswith("val_")}
        )
    ),
    name="validation not logged",
    does="TensorBoard gets the training's figures alone",
)


parent_folder_used = argument(
    "keras.src.callbacks.tensorboard:TensorBoard.__init__",
    "log_dir",
    lambda path: str(path).rpartition("/")[0],
    does="writes into the parent folder",
)


rate_not_logged = replaced(
    "keras.src.callbacks.tensorboard:TensorBoard._collect_learning_rate",
    lambda original: lambda self, logs: logs,
    name="rate not logged",
    does="the learning rate is missing in the logs",
)


dev_command_is_let_through = replaced(
    "tensorboard.main_lib:global_init",
    lambda original: lambda: None,
    name="dev command",
    does="`tensorboard dev` does not end at once",
)
