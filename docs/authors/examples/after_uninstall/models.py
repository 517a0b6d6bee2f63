from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import model_base


class Favourite(model_base("example")):
    """An app that the company likes."""

    __tablename__ = "example_favourite"

    plugin: Mapped[str] = mapped_column(String(60), primary_key=True)
