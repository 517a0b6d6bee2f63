"""How fast the product answers, each figure as a multiple of a bare page of the same run: ``make bench``."""
