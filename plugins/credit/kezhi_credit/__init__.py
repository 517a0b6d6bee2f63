"""Customer credit (CRD): classes, limits, exposure, and the credit check."""
