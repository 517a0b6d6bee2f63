"""Everything of a person goes to others (移交): in one action, with a preview and a list that is kept (ORG-01)."""
