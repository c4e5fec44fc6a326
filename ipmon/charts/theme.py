"""How charts look: sizes in pixels, colours, and the contrast that rules them.

Belongs here: constants and the WCAG contrast of two colours. Not here: any drawing.
"""

WIDTH = 720
MARGIN = 16
PLOT_HEIGHT = 290
GAP = 6

TITLE, SUBTITLE, LABEL, SMALL = 19.0, 13.0, 12.0, 11.0
LINE_SPACING = 1.35
ASCENT, DESCENT = 0.88, 0.2

INK = "#1F2933"
MUTED = "#52606D"
GRID = "#E1E5EA"
AXIS = "#9AA5B1"
BAND = "#E6EAF0"
PAPER = "#FFFFFF"
TARGET = "#5A0A3C"

# Neighbours alternate dark and light, so that they differ by 3:1 and stay apart in grey; each is 3:1 on white.
SERIES = ("#12436D", "#28A197", "#801650", "#F46A25")
# From low to high; text on each is ink or paper, whichever reads at 4.5:1.
SHADES = ("#E3EDF5", "#B7D0E6", "#7FAAD0", "#3F78AE", "#12436D")
MARKERS = ("o", "s", "^", "D")
DASHES = ("solid", "dashed", "dashdot", "dotted")


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB (WCAG 2.2), which is also its grey."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
