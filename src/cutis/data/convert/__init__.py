"""Published layouts and containers become cutis tables with a card."""

from cutis.data.convert.outcome import Conversion
from cutis.data.convert.verb import DataConvertConfig, convert_dataset, data_convert

__all__ = ["Conversion", "DataConvertConfig", "convert_dataset", "data_convert"]
