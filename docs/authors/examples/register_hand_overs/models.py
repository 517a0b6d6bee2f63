from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, model_base


class Key(model_base("example")):
    """The key of a sample room, and who has it."""

    __tablename__ = "example_key"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(CodeText)
    holder_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"), index=True)
