"""The systemd unit: notify, hardened, and read by systemd's own checker where there is one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def unit(root: Path) -> Path:
    return root / "docs/systemd/pactwatch.service"


def entries(unit: Path) -> dict[str, list[str]]:
    """Each directive and its values. Not configparser: a directive may be given more than once."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def test_it_notifies_reloads_restarts_and_is_watched(unit: Path) -> None:
    told = entries(unit)
    assert told["Type"] == ["notify"]
    assert told["ExecStart"][0].endswith("pactwatch run")
    assert told["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert told["Restart"] == ["on-failure"]
    assert told["RestartPreventExitStatus"] == ["2"]
    assert told["KillSignal"] == ["SIGTERM"]
    assert "WatchdogSec" in told
    assert told["EnvironmentFile"] == ["-/etc/pactwatch/environment"]


def test_it_is_hardened(unit: Path) -> None:
    told = entries(unit)
    expected = {
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
    }
    assert {name: told[name] for name in expected} == {name: [value] for name, value in expected.items()}


def test_the_data_folder_is_the_state_directory(unit: Path) -> None:
    told = entries(unit)
    assert f"PACTWATCH_DATA_DIR=/var/lib/{told['StateDirectory'][0]}" in told["Environment"][0].split()
    assert f"PACTWATCH_CONFIG=/etc/{told['ConfigurationDirectory'][0]}" in told["Environment"][0].split()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_understands_it(unit: Path, tmp_path: Path) -> None:
    """The program is not installed here, so the copy that is checked starts another one."""
    copy = tmp_path / "pactwatch.service"
    text = unit.read_text(encoding="utf-8")
    copy.write_text(text.replace("ExecStart=/opt/pactwatch/bin/pactwatch", "ExecStart=/bin/true"), encoding="utf-8")
    result = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
