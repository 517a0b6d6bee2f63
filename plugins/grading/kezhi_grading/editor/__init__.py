"""The scheme editor: a scheme as the fields of a form, changed row by row, read by the same reader as the files."""
