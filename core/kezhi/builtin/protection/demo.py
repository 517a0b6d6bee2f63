"""The demo company has declared its storage, and once needed a deviation that has ended."""

from __future__ import annotations

from kezhi import acting_as, set_setting, writing

from ..accounts.models import ADMINISTRATOR
from ..apps.demo import DemoContext
from . import services

REASON = "杀毒软件升级后误报，服务商须在服务器上核对上传文件夹；机房门禁和磁盘加密仍有效，当日恢复。"


def make(context: DemoContext) -> None:
    """Declare the storage; switch the encryption of files off and on again."""
    with writing():
        set_setting("protection", "storage", "disk")
        set_setting("protection", "storage_note", "服务器数据卷 LUKS 加密，密钥由信息部保管，每季度核对")
    with acting_as(context.person(ADMINISTRATOR)):
        with writing():
            services.switch_off("files", REASON)
        with writing():
            services.switch_on("files")
