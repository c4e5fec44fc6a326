"""Charts: declared in assets/charts, bound to a mart, drawn as PNG, SVG, PDF and CSV in Chinese and English.

Belongs here: the way of a chart, which is declaration -> bound -> compose -> picture -> draw -> scene -> canvas,
svg and pdf.
Not here: any import, so that a drawing process loads neither declarations nor DuckDB.
"""
