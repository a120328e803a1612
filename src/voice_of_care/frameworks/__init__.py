"""Quality-priority frameworks: what themes are mapped to, as data files with a loader."""

from voice_of_care.frameworks.codebook import load_seeds
from voice_of_care.frameworks.loader import load_frameworks
from voice_of_care.frameworks.model import Framework, FrameworkElement

__all__ = ["Framework", "FrameworkElement", "load_frameworks", "load_seeds"]
