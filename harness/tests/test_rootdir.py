"""An option's value that is an existing folder is not taken for the project."""

import pytest

pytest_plugins = ["pytester"]

CLAIM = """
sums = claim("sums.add", says="One and one.", sources=[paper[2]], verdict=UPHELD)

@sums.as_worded
def test_sums():
    judge.equal(1 + 1, 2)
"""


@pytest.mark.parametrize("folder", [".", "claims"])
def test_the_reports_folder_may_exist(project, tmp_path, folder):
    """Without a path, from the root and from below; the option keeps its meaning."""
    project.claims(CLAIM)
    reports = tmp_path / "reports of mine"
    reports.mkdir()

    result = project.run("--reports", reports, cwd=project.path / folder)

    assert result.ret == 0, result.stderr.str()
    assert result.outlines[-1] == "1 upheld"
    assert (reports / "latest" / "audit.json").is_file()


def test_elsewhere_pytest_is_left_alone(pytester):
    """A project without claims keeps its own rootdir."""
    pytester.makepyfile("def test_one(): pass")

    assert pytester.runpytest_subprocess().ret == 0
