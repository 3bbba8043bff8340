"""Importing files of people and of applications: everything before the database, in plain Python."""
