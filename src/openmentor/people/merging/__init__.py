"""Bringing a checked file of people into the database: who is who, what changes, staged in chunks, merged by set.

identify      whom the database knows already: by the source's number, then by address, then by asking
differences   what a row changes of a person, and which events of a working life follow
staging       reads the file, compares, and leaves one row for each person in ``ImportRow``, as it will be
merge         takes the staged rows over in one short transaction
actions       the verbs: start, change, confirm, cancel, try again
"""
