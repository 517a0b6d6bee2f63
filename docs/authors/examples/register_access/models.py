from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, model_base


class Note(model_base("example")):
    """A note of somebody."""

    __tablename__ = "example_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    author: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
