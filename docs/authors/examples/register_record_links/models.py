from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, model_base


class Note(model_base("example")):
    """A note about a customer."""

    __tablename__ = "example_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
