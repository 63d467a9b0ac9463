"""The index of names: made from wheels that nobody imports, and asked for a name."""

import zipfile

from harness.lessons import wheels, years


def wheel(folder, version, files):
    """A wheel of a version with these files."""
    with zipfile.ZipFile(folder / f"keras-{version}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def test_an_index_says_from_which_version_to_which(tmp_path):
    """Public names of an old and a new layout, and modules that were importable."""
    old = {
        "keras/api/_v2/keras/layers/__init__.py": "from keras.x import Old",
        "keras/utils/np_utils.py": "raise ImportError",
    }
    new = {
        "keras/layers/__init__.py": "from keras.src.x import New as Newer",
        "keras/src/secret.py": "",
        "keras/_tf_keras/keras/layers/__init__.py": "from keras.src.x import Old",
    }
    wheel(tmp_path, "2.9.0", old)
    wheel(tmp_path, "3.10.0", new)

    found = wheels.built([tmp_path])["keras"]

    assert found["versions"] == ["2.9.0", "3.10.0"]
    assert found["names"]["keras.layers.Old"] == [0, 0]
    assert found["names"]["tensorflow.keras.layers.Old"] == [0, 1]
    assert found["names"]["keras.layers.Newer"] == [1, 1]
    assert found["names"]["keras.utils.np_utils"] == [0, 0]
    assert "keras.secret" not in found["names"]


def test_a_name_that_is_gone_has_its_last_version():
    """The one of the index that is shipped."""
    assert years.until("keras.layers.ThresholdedReLU") == ("2.15.0", "3.0.5")
    assert years.until("keras.utils.np_utils") == ("2.12.0", "2.13.1")
    assert years.until("keras.layers.Dense") is None
    assert years.until("keras.layers.NeverThere") is None


def test_parameters_and_inherited_methods_are_listed(tmp_path):
    """Through imports and base classes, without annotations; a change begins anew."""
    api = "from keras.src.models import Model as Model"
    model = (
        "from keras.src import base\nclass Model(base.Base):\n"
        "    def __init__(self, {}): pass\n    def fit(self, x: int, *, n=1): pass"
    )
    base = "class Base:\n    def old(self): pass\n    def _own(self): pass"
    for version, text in (("3.0.0", "a"), ("3.1.0", "a"), ("3.2.0", "a, b=2")):
        files = {
            "keras/__init__.py": api,
            "keras/src/models/__init__.py": "from keras.src.models.model import Model",
            "keras/src/models/model.py": model.format(text),
            "keras/src/base.py": base,
        }
        wheel(tmp_path, version, files)

    found = wheels.built([tmp_path])["keras"]["calls"]

    assert found["keras.Model"] == [[0, 1, "a"], [2, 2, "a, b=2"]]
    assert found["keras.Model.fit"] == [[0, 2, "x, *, n=1"]]
    assert found["keras.Model.old"] == [[0, 2, ""]]
    assert "keras.Model._own" not in found


def test_methods_parameters_and_what_was_there_together():
    """Of the index that is shipped."""
    assert years.until("keras.Model.fit_generator") == ("2.15.0", "3.0.5")
    assert years.had("keras.layers.LeakyReLU", "alpha") == ("2.15.0", "3.0.5")
    assert years.had("keras.layers.Dense", "units") is None
    old = ["keras.layers.ThresholdedReLU", "keras.Model.fit_generator"]
    assert years.together(old) == ("2.6.0", "2.15.0")
    assert years.together([*old, "keras.layers.MixUp"]) is None
