"""The forms of the trade app."""

from .declarations import declaration_form
from .disputes import DisputeForm
from .figures import ChangeForm, FigureForm
from .orders import OrderForm
from .reading import Difference

__all__ = ["ChangeForm", "Difference", "DisputeForm", "FigureForm", "OrderForm", "declaration_form"]
