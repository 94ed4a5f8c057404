import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import unquote

import pytest

from consultation import settings
from consultation.mail.transport import Folder, Outgoing
from consultation.settings import SettingsError, describe, load
from tests.factories import MOMENT

LONG = "Ministerium für Arbeit, Soziales, Gesundheit und Integration, Geschäftsstelle für Rückmeldungen der Städte und Gemeinden"


def test_nothing_needs_to_be_set(tmp_path):
    found = load({}, data_dir=tmp_path)
    assert found.database == f"sqlite:///{tmp_path}/consultation.db"
    assert not found.encrypted
    assert found.minimum_cell == 5


def test_all_wrong_settings_are_named_at_once(tmp_path):
    wrong = {
        "DATA_DIR": str(tmp_path), "PORT": "abc", "MINIMUM_CELL": "3", "BASE_URL": "ftp://x", "MAIL": "pigeon:",
        "TRUSTED_PROXIES": "10.0.0.5, nonsense", "LOG_JSON": "maybe", "DATABASE_URL": "mysql://root:geheim@x/y",
        "SECRET_KEY": "kurz", "MAIL_FROM": "a@b\r\nBcc: c@d",
    }  # fmt: skip
    with pytest.raises(SettingsError) as refusal:
        load(wrong)
    text = str(refusal.value)
    assert all(f"- {name}: erwartet wird" in text for name in wrong if name != "DATA_DIR")
    assert "„abc“" in text
    assert "geheim" not in text
    assert "kurz" not in text


@pytest.mark.parametrize(
    ("given", "name", "address"),
    [
        ("post@amt.de", "", "post@amt.de"),
        ("<post@intranet>", "", "post@intranet"),
        ("Beteiligung <post@amt.de>", "Beteiligung", "post@amt.de"),
        ("Stadt Beispiel, Amt für Integration <post@stadt.de>", "Stadt Beispiel, Amt für Integration", "post@stadt.de"),
        ('"Stadt Beispiel, Amt" <post@stadt.de>', "Stadt Beispiel, Amt", "post@stadt.de"),
        ("Amt (Beteiligung) für <alle> <post@gießen.de>", "Amt (Beteiligung) für <alle>", "post@xn--gieen-nqa.de"),
        (f"{LONG} <post@amt.de>", LONG, "post@amt.de"),
    ],
)
def test_every_sender_the_settings_take_is_the_sender_of_the_mails(given: str, name: str, address: str, tmp_path):
    settings = load({"MAIL_FROM": given}, data_dir=tmp_path)
    mail = Outgoing("amt@ort.example", "Betreff", "Guten Tag\n", uuid.UUID(int=7), MOMENT)
    Folder(tmp_path, settings.mail_from).send(mail)
    (file,) = tmp_path.glob("*.eml")
    sender = str(make_header(decode_header(message_from_bytes(file.read_bytes())["from"])))  # as mail programs read it
    shown, _, behind = sender.rpartition("<")
    assert (unquote(shown.strip()), behind.removesuffix(">")) == (name, address)


@pytest.mark.parametrize(
    "given",
    ["post@server_1.intern", "büro@amt.de", "Amt", "Amt <post@amt.de", "post@", "a@b.de, c@d.de", "Amt <a b@amt.de>",
     "X\r\nBcc: c@d.de <a@b.de>", "post@amt.de>", "@amt.de"],
)  # fmt: skip
def test_a_sender_no_mail_could_have_is_refused_before_the_first_mail(given: str, tmp_path):
    with pytest.raises(SettingsError, match="MAIL_FROM: erwartet wird eine Mailadresse, vor dem @ ohne Umlaute"):
        load({"MAIL_FROM": given}, data_dir=tmp_path)


def test_a_postgresql_address_gets_our_driver(tmp_path):
    for url in ("postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"):
        assert load({"DATABASE_URL": url}, data_dir=tmp_path).database == "postgresql+psycopg://u:p@h/d"


def test_the_key_is_made_once_and_only_the_service_may_read_it(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load({}, data_dir=tmp_path / "d").secret_key.get_secret_value(), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert stat.S_IMODE((tmp_path / "d" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["secret_key"]


@pytest.mark.parametrize("left", ["", "0123456789abcdef"])
def test_a_key_of_which_something_is_missing_is_never_used(left: str, tmp_path):
    """As an empty one every signature and code could be forged with; the operator is told what to do."""
    (tmp_path / "secret_key").write_text(left)
    with pytest.raises(SettingsError, match="Sicherung"):
        load({}, data_dir=tmp_path)
    assert (tmp_path / "secret_key").read_text() == left


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="DATA_DIR"):
        load({"DATA_DIR": str(tmp_path / "file")})


def test_the_command_line_wins_over_the_environment(tmp_path):
    assert load({"PORT": "1"}, data_dir=tmp_path, port=2).port == 2
    assert load({"PORT": "1"}, data_dir=tmp_path, port=None).port == 1


def test_networks_and_flags_are_read_as_people_write_them(tmp_path):
    found = load({"TRUSTED_PROXIES": "10.0.0.5, 172.16.0.0/12", "LOG_JSON": "Ja"}, data_dir=tmp_path)
    assert [str(network) for network in found.trusted_proxies] == ["10.0.0.5/32", "172.16.0.0/12"]
    assert found.log_json


def test_every_variable_is_explained():
    for explanation in describe():
        assert explanation.text.endswith((".", "?"))
        assert explanation.name == explanation.name.upper()
    assert len(list(describe())) == len(settings.Settings.model_fields)
