"""The wheels are the whole product: installed outside the source tree, everything is there and works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.plugins("trade", "grading")]
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "kezhi": ROOT / "core/kezhi",
    "kezhi_trade": ROOT / "plugins/trade/kezhi_trade",
    "kezhi_grading": ROOT / "plugins/grading/kezhi_grading",
    "kezhi_credit": ROOT / "plugins/credit/kezhi_credit",
    "kezhi_complaints": ROOT / "plugins/complaints/kezhi_complaints",
}
NEEDED = {".py", ".html", ".toml", ".css", ".js", ".svg", ".mo", ".j2"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    sources = [".", *(str(path.parent.relative_to(ROOT)) for path in sorted(ROOT.glob("plugins/*/pyproject.toml")))]
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*pip, *[f"./{source}" for source in sources]], cwd=ROOT, check=True)
    return folder


def test_every_file_of_the_packages_is_in_a_wheel(wheels: Path) -> None:
    packed = {name for wheel in wheels.glob("*.whl") for name in zipfile.ZipFile(wheel).namelist()}
    for package, folder in PACKAGES.items():
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix in NEEDED and "__pycache__" not in path.parts:
                name = f"{package}/{path.relative_to(folder).as_posix()}"
                assert name in packed, name
        assert any(name.startswith(f"{package}/") and name.endswith(".mo") for name in packed), package


def test_installed_from_wheels_the_product_runs(wheels: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / "bin/python"
    site_packages = next((home / "lib").glob("python*/site-packages"))
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, *map(str, wheels.glob("*.whl"))], check=True, cwd=tmp_path)
    # the libraries of this environment, without its editable installs
    (site_packages / "libraries.pth").write_text(sysconfig.get_paths()["purelib"])
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("KEZHI", "PYTHON"))}
    environ |= {"KEZHI_DATA": str(tmp_path / "data"), "KEZHI_LANGUAGE": "zh"}

    def kezhi(*arguments: str) -> str:
        done = subprocess.run(
            [str(home / "bin/kezhi"), *arguments],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    place = subprocess.run(
        [str(python), "-c", "import kezhi; print(kezhi.__file__)"],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    ).stdout
    assert place.startswith(str(home)), place
    assert json.loads(kezhi("init", "--company", "测试", "--admin", "wang", "--json"))["admin"] == "wang"
    for app in ("trade", "grading", "credit", "complaints"):
        kezhi("plugin", "enable", app)
    assert {scheme["key"] for scheme in json.loads(kezhi("grading", "schemes", "--json"))} >= {"composite-abc", "rfm"}
    states = {plugin["name"]: plugin["state"] for plugin in json.loads(kezhi("plugin", "list", "--json"))}
    assert set(states.values()) == {"enabled"}
    customers = tmp_path / "customers.csv"
    customers.write_text("客户代码,客户名称\nKH-1,测试客户有限公司\n", encoding="gb18030")
    assert json.loads(kezhi("import", "customers", str(customers), "--json"))["created"] == 1
    page = subprocess.run(
        [str(python), "-c", RENDER], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert page.returncode == 0, page.stderr
    assert "登录" in page.stdout
    kezhi("doctor")


RENDER = """
from kezhi.config import from_environment
from kezhi.site import Site
client = Site(from_environment()).app.test_client()
answer = client.get("/login", headers={"Accept-Language": "zh-CN"})
assert answer.status_code == 200
print(answer.get_data(as_text=True))
"""
