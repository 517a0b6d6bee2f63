"""The plugins that come with the core, through the public hooks only."""
