from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cockpit.broker.certificates import alternatives
from cockpit.broker.configuration import Listener
from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import ROLES, Client
from cockpit.cli import main
from cockpit.config import BrokerSettings, load_settings
from cockpit.errors import ConfigError

SOME = [Client("assistant"), Client("app", "media")]


def made(folder: Path, *, clients: list[Client] = SOME, days: int = 90, force: bool = False) -> BrokerFolder:
    broker = BrokerFolder(folder)
    broker.setup("demo", clients, ["localhost", "10.0.0.7"], Listener(8883), days, force=force)
    return broker


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_only_the_owner_reads_a_key(tmp_path: Path) -> None:
    made(tmp_path)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.rglob("*") if file.is_file()}
    secret = {name for name, mode in modes.items() if mode == 0o600}
    assert secret == {"ca.key", "server.key", "assistant.key", "app-media.key", "acl"}


def test_a_second_set_up_changes_nothing(tmp_path: Path) -> None:
    made(tmp_path)
    before = contents(tmp_path)
    made(tmp_path)
    assert contents(tmp_path) == before


def test_a_client_more_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    before = contents(made(tmp_path).folder)
    made(tmp_path, clients=[Client("rig")])
    after = contents(tmp_path)
    assert {name for name in after if after[name] != before.get(name)} == {
        "clients/rig.crt",
        "clients/rig.key",
        "server/acl",
    }
    assert "user rig" in after["server/acl"].decode()
    assert "user app-media" in after["server/acl"].decode()


def test_a_configuration_that_was_edited_stays_unless_forced(tmp_path: Path) -> None:
    conf = made(tmp_path).server / "mosquitto.conf"
    conf.write_text("mine")
    made(tmp_path)
    assert conf.read_text() == "mine"
    before = contents(tmp_path)
    made(tmp_path, force=True)
    assert "require_certificate true" in conf.read_text()
    assert contents(tmp_path)["ca.crt"] != before["ca.crt"]
    assert contents(tmp_path)["clients/assistant.crt"] != before["clients/assistant.crt"]


def test_another_vehicle_wants_another_folder(tmp_path: Path) -> None:
    broker = made(tmp_path)
    with pytest.raises(ConfigError, match="config-other-vehicle"):
        broker.setup("other", SOME, ["localhost"], Listener(8883), 90, force=False)


def test_what_ends_soon_is_renewed_with_its_names(tmp_path: Path) -> None:
    broker = made(tmp_path, days=10)
    broker.setup("demo", [Client("rig")], ["localhost"], Listener(8883), 200, force=False)
    old = {entry.name: entry for entry in broker.entries()}
    assert sorted(broker.renew([], days=100, within_days=30)) == ["app-media", "assistant", "server"]
    new = {entry.name: entry for entry in broker.entries()}
    assert (old["assistant"].days_left, new["assistant"].days_left) == (9, 99)
    assert new["assistant"].role == "assistant"
    assert alternatives(new["server"].certificate) == ["localhost", "10.0.0.7"]
    assert new["rig"].certificate == old["rig"].certificate


def test_one_is_renewed_by_name_and_a_stranger_is_not(tmp_path: Path) -> None:
    broker = made(tmp_path)
    assert broker.renew(["app-media"], days=100, within_days=0) == ["app-media"]
    with pytest.raises(ConfigError, match="config-unknown-client"):
        broker.renew(["nobody"], days=100, within_days=0)


def test_who_is_revoked_is_in_no_list(tmp_path: Path) -> None:
    broker = made(tmp_path)
    broker.revoke("app-media")
    assert "app-media" not in (broker.server / "acl").read_text()
    assert [client.name for client in broker.clients()] == ["assistant"]
    with pytest.raises(ConfigError, match="config-unknown-client"):
        broker.revoke("app-media")


@pytest.mark.parametrize("text", ["driver", "app", "app:", "app:a/b", "app:#", "microphone:+", "rig:a b"])
def test_a_client_that_cannot_be_is_told(text: str) -> None:
    with pytest.raises(ConfigError):
        Client.parse(text)


def test_who_may_actuate_or_speak_for_the_assistant_is_one_role() -> None:
    may = {topic.template: set() for role in ROLES.values() for topic in role.writes}
    for role in ROLES.values():
        for topic in role.writes:
            may[topic.template].add(role.name)
    assert may["vehicle/{vid}/set/{path}"] == {"assistant"}
    assert may["cockpit/{vid}/event/{type}"] == {"assistant"}


def test_what_is_printed_are_settings_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broker", "setup", str(tmp_path / "b"), "--vid", "k1", "--client", "rig", "--san", "car.local"]) == 0
    printed = capsys.readouterr().out
    assert "microphone-driver" in printed
    assert main(["broker", "show", str(tmp_path / "b"), "--name", "assistant", "--host", "car.local"]) == 0
    toml = tmp_path / "assistant.toml"
    toml.write_text(capsys.readouterr().out)
    settings = load_settings(toml)
    assert (settings.vid, settings.broker.host, settings.broker.port) == ("k1", "car.local", 8883)
    for file in (settings.broker.tls_ca, settings.broker.tls_cert, settings.broker.tls_key):
        assert file is not None
        assert file.is_file()


def test_a_certificate_that_ends_soon_is_told_by_the_status(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert main(["broker", "setup", folder, "--days", "10"]) == 0
    assert main(["broker", "show", folder]) == 1
    assert main(["broker", "renew", folder]) == 0
    assert main(["broker", "show", folder]) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--vid", "a/b"), "config-invalid"),
        (("--san", "车.local"), "config-bad-name"),
        (("--client", "driver"), "config-unknown-role"),
    ],
)
def test_a_mistake_is_told_by_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str
) -> None:
    assert main(["broker", "setup", str(tmp_path), *arguments]) == 2
    assert f"[{code}]" in capsys.readouterr().err


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["broker", "setup", str(tmp_path / "file" / "broker")]) == 2
    assert "[config-unwritable]" in capsys.readouterr().err


def test_a_client_is_told_its_files_or_how_they_are_made(tmp_path: Path) -> None:
    folder = made(tmp_path, clients=[Client("provider", "can-bcm")])
    here = folder.connection(Client("provider", "can-bcm"), BrokerSettings(host="car", port=8883))
    assert (here.host, here.tls_ca) == ("car", tmp_path / "ca.crt")
    assert (here.tls_cert, here.tls_key) == tuple(
        tmp_path / f"clients/provider-can-bcm.{end}" for end in ("crt", "key")
    )
    with pytest.raises(ConfigError, match="--client provider:can-esc"):
        folder.connection(Client("provider", "can-esc"), here)


def test_a_name_with_hyphens_is_that_client_again(tmp_path: Path) -> None:
    assert made(tmp_path, clients=[Client.parse("provider:can-bcm")]).clients() == [Client("provider", "can-bcm")]
