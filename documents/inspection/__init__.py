"""Opening files from outside the way a viewer would: in a process of its own, within limits.

`python -m documents.inspection TYPE` reads the file from standard input and prints one `Verdict`.
It knows neither Django nor the settings: a file that breaks its reader finds no secret there.
"""
