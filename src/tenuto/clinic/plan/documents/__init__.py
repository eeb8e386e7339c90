"""A proposed plan on paper: the sheet that the terminal and the PDF show, and the series as a calendar file.

Nothing here needs Django. The libraries for PDF and calendar files are imported only when one is made.
"""
