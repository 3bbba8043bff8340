"""Importing applications: the export of a form, or a spreadsheet kept by hand, becomes roles, places, answers and wishes."""

from openmentor.people.importing.applications.columns import Columns, guess
from openmentor.people.importing.applications.directory import Directory, Entry
from openmentor.people.importing.applications.plan import Application, ApplicationsRun, Vetoed, dry_run
from openmentor.people.importing.applications.questions import Asked, UnknownAnswer

__all__ = [
    "Application",
    "ApplicationsRun",
    "Asked",
    "Columns",
    "Directory",
    "Entry",
    "UnknownAnswer",
    "Vetoed",
    "dry_run",
    "guess",
]
