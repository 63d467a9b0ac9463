import os
import subprocess
import sys

print("the old library: Keras runs on Theano and on CNTK")
for name in ("theano", "cntk"):
    done = subprocess.run(
        [sys.executable, "-c", "import keras"],
        env={**os.environ, "KERAS_BACKEND": name},
        capture_output=True,
        text=True,
    )
    print("measured:", done.stderr.splitlines()[-1])
    assert "ValueError" in done.stderr
