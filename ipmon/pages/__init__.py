"""The web pages of a release: the release itself, every indicator, what changed, and the archive beside the releases."""
