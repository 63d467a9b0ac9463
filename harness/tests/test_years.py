"""The index of names: made from wheels that nobody imports, and asked for a name."""

import zipfile

from harness.lessons import years


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

    found = years.built(tmp_path)

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
