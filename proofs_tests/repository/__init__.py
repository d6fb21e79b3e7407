"""Tests of the repository itself: its layout, its imports, its documentation and what it ships."""
