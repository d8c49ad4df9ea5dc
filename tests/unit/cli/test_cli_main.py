import errno
import subprocess
import sys
from pathlib import Path

import click
import pytest

from purport import __version__
from purport.cli import _main
from purport.cli.check import is_story, split_inputs
from purport.core import errors


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from purport.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_version_imports_nothing_heavy() -> None:
    heavy = ["av", "cv2", "dask", "django", "numpy", "pyproj", "rasterio", "rich", "scipy"]
    code = (
        "import sys; sys.argv = ['purport', '--version']\n"
        "from purport.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted(set(sys.modules) & set({heavy!r})))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines() == [f"purport, version {__version__}", "[]"]


def test_help_lists_the_commands_in_the_order_of_the_work() -> None:
    out = run("--help")
    assert out.returncode == 0
    words = [line.split()[0] for line in out.stdout.split("Commands:")[1].splitlines() if line]
    assert words[:3] == ["check", "init", "add"]


def test_a_typo_gets_the_nearest_command_and_exit_code_2() -> None:
    out = run("chekc")
    assert out.returncode == 2
    assert "Did you mean 'check'" in out.stderr


@pytest.mark.parametrize("command", list(_main.purport.list_commands(click.Context(_main.purport))))
def test_every_command_can_be_imported_and_explains_itself(command: str) -> None:
    loaded = _main.purport.get_command(click.Context(_main.purport), command)
    assert loaded is not None
    assert loaded.help


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (errors.UnreadableMediaError("a", "b", remedy="c"), 3, "a: b\n  c"),
        (errors.BrokenChainError("a", "b", remedy="c"), 4, "a: b\n  c"),
        (errors.StorageFullError("a", "b", remedy="c"), 5, "a: b\n  c"),
        (errors.ConsistencyError("a", "b", remedy="c"), 70, "a: b\n  c"),
        (OSError(errno.EROFS, "Read-only file system", "d/x"), 3, "d/x: Read-only file system\n  "),
        (OSError(errno.ENOSPC, "No space left", "d/x"), 5, "d/x: No space left\n  Choose"),
        (FileNotFoundError(errno.ENOENT, "gone", "d/x"), 70, "this is a bug of Purport"),
        (RuntimeError("boom"), 70, "this is a bug of Purport"),
    ],
)
def test_exit_codes_are_mapped_once(
    error: Exception, code: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main._report(error) == code
    assert expected in capsys.readouterr().err


def test_a_text_named_mp4_is_bad_footage_and_no_story(tmp_path: Path) -> None:
    video, page, bare = (tmp_path / name for name in ("text.mp4", "page.html", "story"))
    for path in (video, page, bare):
        path.write_text("words", encoding="utf-8")
    assert not is_story(video)
    assert is_story(page)
    assert is_story(bare)
    assert split_inputs([video, page]) == (page, (video,))
    with pytest.raises(click.UsageError, match="One story at a time"):
        split_inputs([page, bare])


def test_nothing_to_check_is_wrong_use(tmp_path: Path) -> None:
    out = run("check", "--workspace", str(tmp_path / "none"))
    assert out.returncode == 2
    assert "Give a story, footage or both" in out.stderr
    assert not (tmp_path / "none").exists()


def test_an_interrupt_while_loading_is_no_crash() -> None:
    code = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from purport.cli import main; main()\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert out.returncode == 130
    assert out.stderr.strip().startswith("purport: interrupted")


def test_h_is_help_everywhere_and_sub_commands_are_told_whole() -> None:
    out = run("add", "-h")
    assert out.returncode == 0
    words = " ".join(out.stdout.split())
    assert (
        "Take a sealed case in; its custody chain is kept, and yours goes on from there." in words
    )
    assert "..." not in out.stdout.split("Commands:")[1]
