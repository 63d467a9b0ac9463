import subprocess
import sys

command = [sys.executable, "-m", "tensorboard.main", "dev"]
done = subprocess.run(command, capture_output=True, text=True)
print("exit code of `tensorboard dev`:", done.returncode)
print([row for row in done.stderr.splitlines() if "TensorBoard.dev" in row])
assert done.returncode == 1 and "has been shut down" in done.stderr
