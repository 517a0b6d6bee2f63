"""Customer complaints: from the first call to the monthly report (CMP)."""
