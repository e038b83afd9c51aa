"""compose.yaml: locked down, its data in a volume, its secrets in files, and in step with the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from config.settings import Settings

Instructions = list[tuple[str, str]]


def service(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]["pactwatch"]
    return found


def test_it_is_locked_down(compose: dict[str, Any]) -> None:
    told = service(compose)
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp:") for mount in told["tmpfs"])
    assert not {"privileged", "cap_add", "ports", "network_mode"} & set(told)


def test_it_builds_this_dockerfile_from_the_root(root: Path, compose: dict[str, Any]) -> None:
    build = service(compose)["build"]
    context = (root / "docker" / build["context"]).resolve()
    assert context == root
    assert (context / build["dockerfile"]).is_file()


def test_mounts_fit_the_image(compose: dict[str, Any], dockerfile: Instructions) -> None:
    data, config = service(compose)["volumes"]
    name, target = data.split(":")
    assert name in compose["volumes"]
    assert [rest for word, rest in dockerfile if word == "VOLUME"] == [target]
    environment = next(rest for word, rest in dockerfile if word == "ENV" and "PACTWATCH_CONFIG" in rest)
    assert f"PACTWATCH_CONFIG={config['target']}" in environment.split()
    assert config["read_only"] is True


def test_secrets_are_files_and_name_real_settings(compose: dict[str, Any]) -> None:
    told = service(compose)
    for secret in told["secrets"]:
        assert compose["secrets"][secret]["file"].startswith("./secrets/")
    for name, value in told["environment"].items():
        if name.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in told["secrets"]
        words = name.removeprefix("PACTWATCH_").removesuffix("_FILE").lower().split("__")
        model: Any = Settings
        for word in words:
            assert issubclass(model, BaseModel)
            assert word in model.model_fields, f"{name} names no setting"
            model = model.model_fields[word].annotation
