"""Wrong and hostile files: a clear refusal, quickly, and nothing is ever fetched."""

import contextlib
import io
import itertools
import re
import socket
import subprocess
import threading
import time
import unicodedata
import zipfile
from collections.abc import Iterator

import pypandoc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultation.core.blocks import from_json, plain_text, to_json
from consultation.core.errors import Invalid
from consultation.programmes.importers import DraftTree, import_draft, walk

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SOURCE = "# 1 Ziel\n\nErster [Verweis](https://amt.example) Text.\n\n# 2 Ende\n\nZweiter Text."


def written(target: str) -> bytes:
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", target, "-o", "-"]
    return subprocess.run(command, input=SOURCE.encode(), capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def docx() -> bytes:
    return written("docx")


@pytest.fixture(scope="module")
def odt() -> bytes:
    return written("odt")


def changed(
    data: bytes, replace: dict[str, tuple[str, str]] | None = None, add: dict[str, bytes] | None = None
) -> bytes:
    """The package with the first occurrence of a text in a part replaced, and with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if replace and name in replace:
                old, new = (part.encode() for part in replace[name])
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
        for name, content in (add or {}).items():
            target.writestr(name, content)
    return out.getvalue()


def related(data: bytes, kind: str, target: str, *, external: bool = True, part: str = "document") -> bytes:
    mode = ' TargetMode="External"' if external else ""
    line = f'<Relationship Id="rId999" Type="{RELATIONSHIPS}/{kind}" Target="{target}"{mode}/></Relationships>'
    if part == "document":
        return changed(data, {"word/_rels/document.xml.rels": ("</Relationships>", line)})
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return changed(data, add={f"word/_rels/{part}.xml.rels": (head + line).encode()})


def refused(name: str, data: bytes, reason: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Invalid, match=reason):
        import_draft(name, data)
    assert time.monotonic() - begun < 20


class Canary:
    """Listens on the loopback; whoever calls is counted."""

    def __init__(self) -> None:
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    bird = Canary()
    yield bird
    time.sleep(0.05)
    bird.socket.shutdown(socket.SHUT_RDWR)
    bird.socket.close()
    assert bird.calls == 0


def test_the_unchanged_files_are_read(docx, odt):
    assert import_draft("x.docx", docx).sections == import_draft("x.odt", odt).sections
    assert "Verweis (https://amt.example)" in plain_text(import_draft("x.docx", docx).sections[0].blocks)


@pytest.mark.parametrize("kind", ["image", "oleObject", "attachedTemplate", "subDocument", "frame", "anything"])
def test_external_relationships_are_refused_and_not_fetched(docx, canary, kind):
    refused("x.docx", related(docx, kind, f"{canary.address}/x"), "außerhalb des Dokuments")


@pytest.mark.parametrize(
    "target", ["http://{}/t.dotm", "//server/share/t.dotm", "file://server/t.dotm", r"\\server\t.dotm"]
)
def test_a_template_from_the_network_is_refused(docx, target):
    data = related(docx, "attachedTemplate", target.format("127.0.0.1:9"), part="settings")
    refused("x.docx", data, "außerhalb des Dokuments")


def test_the_local_template_of_an_office_is_left_out_and_reported(docx):
    data = related(docx, "attachedTemplate", "file:///C:\\Vorlagen\\Normal.dotm", part="settings")
    tree = import_draft("x.docx", data)
    assert any("Dokumentvorlage" in str(message) for message in tree.report)


def test_a_linked_picture_in_odt_is_refused_and_not_fetched(odt, canary):
    frame = f'<draw:frame><draw:image xlink:href="{canary.address}/i.png"/></draw:frame></office:text>'
    refused("x.odt", changed(odt, {"content.xml": ("</office:text>", frame)}), "außerhalb des Dokuments")


def test_pictures_and_frames_of_a_page_are_dropped_and_not_fetched(canary):
    page = (f'<base href="{canary.address}/"><link rel=stylesheet href="{canary.address}/s.css"><h1>A</h1><p>bleibt'
            f'<img src="{canary.address}/i.png"></p><iframe src="{canary.address}/f">innen</iframe>'
            f'<object data="{canary.address}/o">innen</object><script src="{canary.address}/j.js"></script>')  # fmt: skip
    tree = import_draft("x.html", page.encode())
    assert plain_text(tree.sections[0].blocks) == "bleibt"
    assert any("iframe" in str(message) for message in tree.report)


def test_pictures_and_front_matter_of_markdown_are_not_fetched(canary):
    text = f"---\nbibliography: {canary.address}/b\ncss: {canary.address}/c\n---\n\n# A\n\n![x]({canary.address}/i.png) Text"
    assert plain_text(import_draft("x.md", text.encode()).sections[0].blocks) == "Text"


@pytest.mark.parametrize(
    "field", ["INCLUDEPICTURE &quot;http://127.0.0.1/x&quot;", "DDEAUTO c:\\\\cmd", "INCLUDETEXT x"]
)
def test_fields_that_load_or_run_something_are_refused(docx, field):
    run = f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> {field} </w:instrText></w:r></w:p></w:body>'
    refused("x.docx", changed(docx, {"word/document.xml": ("</w:body>", run)}), "außerhalb des Dokuments")


def test_content_included_from_another_format_is_refused(docx):
    refused("x.docx", related(docx, "aFChunk", "chunk.html", external=False), "außerhalb des Dokuments")


def test_macros_are_refused(docx, odt):
    refused("x.docx", changed(docx, add={"word/vbaProject.bin": b"x"}), "Makros")
    macro = ("wordprocessingml.document.main+xml", "wordprocessingml.document.macroEnabled.main+xml")
    refused("x.docx", changed(docx, {"[Content_Types].xml": macro}), "Makros")
    refused("x.docm", docx, "docm")
    refused("x.odt", changed(odt, add={"Basic/Standard/Module1.xml": b"<x/>"}), "Makros")
    listener = ("<office:body>", "<office:scripts><office:script/></office:scripts><office:body>")
    refused("x.odt", changed(odt, {"content.xml": listener}), "Makros")


def test_encrypted_files_are_refused(docx, odt):
    refused("x.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "Kennwort")
    entry = ("</manifest:manifest>", "<manifest:encryption-data/></manifest:manifest>")
    refused("x.odt", changed(odt, {"META-INF/manifest.xml": entry}), "Kennwort")
    locked = bytearray(docx)
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    refused("x.docx", bytes(locked), "Kennwort")


@pytest.mark.parametrize(
    "entity",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "{}/x">]>',
        '<!DOCTYPE x SYSTEM "{}/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_entities_and_document_types_are_refused_and_not_fetched(docx, odt, canary, entity):
    declared = "?>" + entity.format(canary.address)
    refused("x.docx", changed(docx, {"word/document.xml": ("?>", declared)}), "DTD")
    refused("x.odt", changed(odt, {"content.xml": ("?>", declared)}), "DTD")


def test_xinclude_is_refused(odt, canary):
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{canary.address}/x"/></office:text>'
    refused("x.odt", changed(odt, {"content.xml": ("</office:text>", include)}), "außerhalb des Dokuments")


def test_zip_bombs_are_refused_by_directory_and_while_reading(docx):
    refused("x.docx", changed(docx, add={"word/media/x.png": b"\0" * 60_000_000}), "entpackt zu groß")
    bomb = bytearray(changed(docx, add={"word/header9.xml": b" " * 60_000_000}))
    directory = bomb.rindex(b"PK\x01\x02")
    bomb[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")  # the directory lies about the size
    refused("x.docx", bytes(bomb), "beschädigt|entpackt zu groß")


def test_too_large_and_empty_files_are_refused():
    refused("x.docx", b"PK" + b"\0" * 200_000_000, "größer als 20 MB")
    refused("x.md", b"a" * 5_000_000, "größer als 4 MB")
    refused("x.md", b"", "leer")
    refused("x.md", b" \n", "keinen Text")


def test_a_file_without_an_ending_is_refused_without_quoting_nothing():
    for name in ("Entwurf", "", ".docx"):
        refused(name, b"Text", "^Dateien ohne Endung lassen sich nicht einlesen. Möglich sind: ")
    refused("x.exe", b"Text", "^Dateien mit der Endung „exe“ ")


def test_content_that_does_not_fit_the_ending_is_refused(docx, odt):
    for name, data in [("x.md", docx), ("x.html", odt), ("x.odt", docx), ("x.docx", odt), ("x.docx", b"Nur Text"),
                       ("x.md", b"%PDF-1.7"), ("x.html", b"\x89PNG\r\n"), ("x.md", b"<!DOCTYPE html><p>x")]:  # fmt: skip
        refused(name, data, "passt nicht zu ihrer Endung")
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "x")
    refused("x.docx", plain.getvalue(), "anderes Archiv")


def test_damaged_files_are_refused(docx, odt):
    refused("x.docx", docx[: len(docx) // 2], "beschädigt")
    refused("x.docx", changed(docx, {"word/document.xml": ("</w:body>", "</w:bod")}), "beschädigt")
    refused("x.odt", changed(odt, {"content.xml": ("</office:text>", "")}), "beschädigt")
    refused("x.md", b"a\x00b", "kein Text")
    refused("x.md", b"# A\n\n\x81\xff", "UTF-8")


def test_extreme_nesting_is_refused(docx, odt):
    refused("x.html", b"<div>" * 100_000, "zu tief")
    refused("x.html", b"<ul><li>" * 5000, "zu tief")
    refused("x.md", b">" * 1000 + b"x", "zu tief")
    deep = "<w:sdt>" * 100_000
    refused("x.docx", changed(docx, {"word/document.xml": ("</w:body>", deep + "</w:body>")}), "zu tief")
    spans = "<text:section>" * 100_000
    refused("x.odt", changed(odt, {"content.xml": ("</office:text>", spans + "</office:text>")}), "zu tief")


def test_text_made_to_take_long_is_stopped():
    refused("x.md", b"[" * 100_000, "zu verwickelt")


@pytest.mark.parametrize(
    "text",
    [
        b"<" * 1_000_000, b"<a " * 1_000_000 + b">", b'<a "' * 500_000, b"<!--" * 500_000 + b">",
        (b"<a " + b"x" * 4_900 + b">") * 800,
    ],
)  # fmt: skip
def test_pages_of_broken_tags_cost_little(text):
    begun = time.monotonic()
    with contextlib.suppress(Invalid):
        import_draft("x.html", text + b"<")
    assert time.monotonic() - begun < 20


def test_a_hostile_colspan_fills_no_memory():
    page = b"<h1>A</h1><table><tr><td colspan=100000 rowspan=100000>x</td></tr></table>"
    refused("x.html", page, "Spalten|zu verwickelt")


def test_tracked_changes_are_accepted_and_comments_left_out(docx):
    edit = ('<w:p><w:r><w:t>Neu: </w:t></w:r><w:ins w:id="1" w:author="A"><w:r><w:t>eingefügt</w:t></w:r></w:ins>'
            '<w:del w:id="2" w:author="A"><w:r><w:delText>gelöscht</w:delText></w:r></w:del></w:p><w:sectPr')  # fmt: skip
    tree = import_draft("x.docx", changed(docx, {"word/document.xml": ("<w:sectPr", edit)}))
    text = plain_text(tree.sections[-1].blocks)
    assert "Neu: eingefügt" in text
    assert "gelöscht" not in text
    assert any("Nachverfolgte" in str(message) for message in tree.report)


def test_tracked_changes_and_comments_of_odt_are_handled_alike(odt):
    region = ('<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><text:p>gelöscht</text:p></text:deletion>'
              '</text:changed-region></text:tracked-changes>')  # fmt: skip
    comment = (
        "<text:p>Neu <office:annotation><text:p>Randbemerkung</text:p></office:annotation>bleibt</text:p></office:text>"
    )
    opened = changed(odt, {"content.xml": ("<office:text>", "<office:text>" + region)})
    tree = import_draft("x.odt", changed(opened, {"content.xml": ("</office:text>", comment)}))
    text = plain_text(block for s in walk(tree.sections) for block in s.blocks)
    assert "Neu bleibt" in text
    assert "gelöscht" not in text
    assert "Randbemerkung" not in text
    assert len(tree.report) == 2


@pytest.mark.parametrize(
    "empty",
    ["<text:tracked-changes/>", '<text:tracked-changes text:track-changes="false"/>', "<!--<text:tracked-changes>-->"],
)
def test_many_empty_lists_of_changes_cost_little_and_keep_the_text(odt, empty):
    begun = time.monotonic()
    tree = import_draft("x.odt", changed(odt, {"content.xml": ("<office:text>", "<office:text>" + empty * 100_000)}))
    assert "Zweiter Text." in plain_text(block for s in walk(tree.sections) for block in s.blocks)
    assert time.monotonic() - begun < 20


def _sound(tree: DraftTree) -> None:
    levels = [s.level for s in walk(tree.sections)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    for section in walk(tree.sections):
        assert from_json(to_json(section.blocks)) == section.blocks
        text = f"{section.title}\n{plain_text(section.blocks)}"
        assert unicodedata.normalize("NFC", text) == text
        assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\u202a-\u202e]", text)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.one_of(st.sampled_from("#*_-`|[]()<>&\n :1a.§^~\\\t!"), st.characters()), max_size=200))
def test_any_markdown_is_read_or_refused_and_never_becomes_markup(text):
    with contextlib.suppress(Invalid):
        _sound(import_draft("x.md", text.encode("utf-8", "surrogatepass")))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["md", "html", "docx", "odt"]),
    st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda b: b"PK\x03\x04" + b)),
)
def test_any_bytes_under_any_ending_are_read_or_refused(extension, data):
    with contextlib.suppress(Invalid):
        _sound(import_draft(f"x.{extension}", data))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_flipped_byte_in_an_office_file_never_breaks_the_import(docx, odt, data):
    name, original = data.draw(st.sampled_from([("x.docx", docx), ("x.odt", odt)]))
    broken = bytearray(original)
    broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Invalid):
        _sound(import_draft(name, bytes(broken)))
