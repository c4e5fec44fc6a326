"""The files of a release that other programs open: workbook, data package, SDMX, citation."""
