"""CSV files of a measure over time, of any making: columns under many names, periods and numbers in many spellings."""

from voice_of_care.series_files.reading import SeriesFile, read_series

__all__ = ["SeriesFile", "read_series"]
