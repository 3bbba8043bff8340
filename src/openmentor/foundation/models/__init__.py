from openmentor.foundation.models.event import Event
from openmentor.foundation.models.job import JobRecord
from openmentor.foundation.models.outbox import Cursor, Seal
from openmentor.foundation.models.property import DatabaseProperty

__all__ = ["Cursor", "DatabaseProperty", "Event", "JobRecord", "Seal"]
