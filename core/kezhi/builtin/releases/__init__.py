"""Who gets customer data from whom: requests that are signed and answered, and what left the company (CUS-09)."""
