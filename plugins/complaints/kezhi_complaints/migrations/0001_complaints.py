"""Complaints, their events, and the lists of kinds, causes and channels as shipped."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "complaints_0001"
down_revision = None
branch_labels = None
depends_on = None

#: (key, parent, nature, Chinese, English), in order
KINDS = (
    ("service", "", "service", "服务类", "Service"),
    ("rude", "service", "service", "态度生硬、冷淡", "Rude or indifferent treatment"),
    ("promise", "service", "service", "承诺未兑现", "A promise that was not kept"),
    ("conduct", "service", "service", "违反行为规范", "Breach of conduct rules"),
    ("duty", "service", "service", "未尽职责", "A duty that was not done"),
    ("arrogance", "service", "service", "傲慢、不负责任", "Arrogance or irresponsibility"),
    ("business", "", "business", "业务类", "Business"),
    ("discrepancy", "business", "business", "货差", "Goods discrepancy"),
    ("timeliness", "business", "business", "时效", "Timeliness"),
    ("information", "business", "business", "信息", "Information"),
    ("insurance", "business", "business", "保险理赔", "Insurance claim"),
    ("quality", "business", "business", "产品质量", "Product quality"),
    ("other", "business", "business", "其他", "Others"),
)
CAUSES = (
    ("people", "", "", "人员", "People"),
    ("training", "people", "", "培训不足", "Lack of training"),
    ("attitude", "people", "", "服务意识", "Service attitude"),
    ("process", "", "", "流程", "Process"),
    ("no-check", "process", "", "缺少复核", "No second check"),
    ("handover", "process", "", "交接不清", "Unclear hand-over"),
    ("supply", "", "", "货品与供应", "Goods and supply"),
    ("defect", "supply", "", "来料或制造缺陷", "Defect of material or make"),
    ("packaging", "supply", "", "包装不当", "Unfit packaging"),
    ("carrier", "", "", "承运", "Carrier"),
    ("system", "", "", "系统与数据", "Systems and data"),
)
#: (key, Chinese, English, what it is meant for in Chinese and in English, response time in minutes)
CHANNELS = (
    ("phone", "电话", "Phone", "急事、投诉", "Urgent matters and complaints", 30),
    ("chat", "即时通讯", "Chat", "日常询问、单据往来", "Everyday questions and papers", 60),
    ("mail", "电子邮件", "E-mail", "需要书面答复的事项", "Matters that need a written answer", 480),
    ("letter", "信函", "Letter", "正式函件", "Formal letters", 1440),
    ("visit", "来访", "Visit", "当面沟通", "Talks in person", 30),
    ("meeting", "会议", "Meeting", "定期沟通", "Regular exchange", 1440),
    ("web", "网上登记", "Web form", "客户自行登记", "Entered by customers themselves", 60),
    ("other", "其他", "Others", "", "", None),
)


def upgrade() -> None:
    op.create_table(
        "complaints_entry",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("list", sa.String(10), nullable=False),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("nature", sa.String(10), nullable=False),
        sa.Column("purpose_zh", sa.Text, nullable=False),
        sa.Column("purpose_en", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_entry"),
        sa.CheckConstraint("list IN ('kind', 'cause', 'channel')", name=op.f("ck_complaints_entry_list")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_complaints_entry_minutes")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["complaints_entry.id"],
            name="fk_complaints_entry_parent_id_complaints_entry",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_complaints_entry_parent_id", "complaints_entry", ["parent_id"])
    op.create_index("uq_complaints_entry_list_key", "complaints_entry", ["list", "key"], unique=True)
    op.create_table(
        "complaints_complaint",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("complainant", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_key", CodeText, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("against", sa.Text, nullable=False),
        sa.Column("accused_id", BigInt, nullable=True),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("kind_id", BigInt, nullable=False),
        sa.Column("cause_id", BigInt, nullable=True),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("received_by_id", BigInt, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("handler_id", BigInt, nullable=True),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("reopened", sa.Integer, nullable=False),
        sa.Column("validity", sa.String(8), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("ground", sa.String(20), nullable=False),
        sa.Column("planned_at", UtcDateTime, nullable=True),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_complaint"),
        sa.CheckConstraint("validity IN ('', 'valid', 'invalid')", name=op.f("ck_complaints_complaint_validity")),
        sa.UniqueConstraint("number", name="uq_complaints_complaint_number"),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["complaints_entry.id"],
            name="fk_complaints_complaint_kind_id_complaints_entry",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"],
            ["complaints_entry.id"],
            name="fk_complaints_complaint_cause_id_complaints_entry",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["accused_id"],
            ["accounts_user.id"],
            name="fk_complaints_complaint_accused_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_complaints_complaint_customer_id_customers_customer",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"],
            ["accounts_user.id"],
            name="fk_complaints_complaint_received_by_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["handler_id"],
            ["accounts_user.id"],
            name="fk_complaints_complaint_handler_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_complaints_complaint_department_id_accounts_department",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["complaints_entry.id"],
            name="fk_complaints_complaint_channel_id_complaints_entry",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_complaints_complaint_accused_id", "complaints_complaint", ["accused_id"])
    op.create_index("ix_complaints_complaint_cause_id", "complaints_complaint", ["cause_id"])
    op.create_index(
        "ix_complaints_complaint_customer_id_received_at", "complaints_complaint", ["customer_id", "received_at", "id"]
    )
    op.create_index("ix_complaints_complaint_department_id", "complaints_complaint", ["department_id"])
    op.create_index("ix_complaints_complaint_handler_id_state", "complaints_complaint", ["handler_id", "state"])
    op.create_index("ix_complaints_complaint_kind_id", "complaints_complaint", ["kind_id"])
    op.create_index("ix_complaints_complaint_number_id", "complaints_complaint", ["number", "id"])
    op.create_index("ix_complaints_complaint_phone_key", "complaints_complaint", ["phone_key"])
    op.create_index("ix_complaints_complaint_received_at_id", "complaints_complaint", ["received_at", "id"])
    op.create_index("ix_complaints_complaint_received_by_id", "complaints_complaint", ["received_by_id"])
    op.create_index("ix_complaints_complaint_seal_version", "complaints_complaint", ["seal_version"])
    op.create_index("ix_complaints_complaint_state_received_at", "complaints_complaint", ["state", "received_at", "id"])
    op.create_table(
        "complaints_event",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_id", BigInt, nullable=True),
        sa.Column("owner_id", BigInt, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_event"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_event_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_event_complaint_id_at", "complaints_event", ["complaint_id", "at", "id"])
    op.create_index("ix_complaints_event_seal_version", "complaints_event", ["seal_version"])
    _ship()


def downgrade() -> None:
    op.execute("UPDATE complaints_entry SET parent_id = NULL")  # SQLite empties a table before it drops it
    for name in ("event", "complaint", "entry"):
        op.drop_table(f"complaints_{name}")


def _ship() -> None:
    entry = sa.table(
        "complaints_entry",
        sa.column("id", BigInt), sa.column("list", sa.String), sa.column("key", CodeText),
        sa.column("parent_id", BigInt), sa.column("zh", sa.Text), sa.column("en", sa.Text),
        sa.column("nature", sa.String), sa.column("purpose_zh", sa.Text), sa.column("purpose_en", sa.Text),
        sa.column("minutes", sa.Integer), sa.column("position", sa.Integer), sa.column("version", sa.Integer),
    )  # fmt: skip
    connection = op.get_bind()
    ids: dict[tuple[str, str], int] = {}
    empty = {"parent_id": None, "nature": "", "purpose_zh": "", "purpose_en": "", "minutes": None, "version": 1}
    for name, rows in (("kind", KINDS), ("cause", CAUSES)):
        for position, (key, parent, nature, zh, en) in enumerate(rows):
            row = {**empty, "list": name, "key": key, "parent_id": ids.get((name, parent)), "nature": nature,
                   "zh": zh, "en": en, "position": position}  # fmt: skip
            made = sa.insert(entry).values(row).returning(entry.c.id)
            ids[name, key] = connection.execute(made).scalar_one()
    for position, (key, zh, en, purpose_zh, purpose_en, minutes) in enumerate(CHANNELS):
        row = {**empty, "list": "channel", "key": key, "zh": zh, "en": en, "purpose_zh": purpose_zh,
               "purpose_en": purpose_en, "minutes": minutes, "position": position}  # fmt: skip
        connection.execute(sa.insert(entry).values(row))
