"""The first run says what it compiles, later ones do not compile, and help waits for nothing."""

import os
import subprocess
import sys

import pytest

from smp import warming


def test_only_the_first_run_compiles_and_says_what(tmp_path, monkeypatch):
    monkeypatch.setenv("SMP_CACHE", str(tmp_path))
    told = []
    warming.warm_up(lambda words, fraction: told.append((words, fraction)))
    assert [words for words, _ in told] == [
        "compiling the head fit (first run only)",
        "compiling placement (first run only)",
        "compiling rendering (first run only)",
        "compiling the view of a head (first run only)",
        "compiling the maps (first run only)",
    ]
    assert all(0.0 <= fraction < 1.0 for _, fraction in told)
    again = []
    warming.warm_up(lambda words, _: again.append(words))
    assert again == []


def test_an_interrupted_first_run_is_not_taken_for_done(tmp_path, monkeypatch):
    monkeypatch.setenv("SMP_CACHE", str(tmp_path))

    def stop(words, _fraction):
        if "placement" in words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warming.warm_up(stop)
    assert not list(tmp_path.rglob("course-*"))


def test_compiled_code_is_kept_in_the_users_cache_where_the_package_may_not_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("SMP_CACHE", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(warming, "_ENGINE", tmp_path / "nowhere")
    warming.choose_compiler_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "compiled")
    os.environ["NUMBA_CACHE_DIR"] = "kept as it was asked for"
    warming.choose_compiler_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == "kept as it was asked for"


def test_help_waits_for_no_heavy_library():
    asked = "import sys; import smp.main; sys.exit(sorted({'numba', 'cv2', 'scipy', 'numpy'} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
