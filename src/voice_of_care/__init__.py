"""Hear what people say about care, offline."""
