from openmentor.foundation.models.delivery import Delivery, Mute, QuietHours
from openmentor.foundation.models.event import Event
from openmentor.foundation.models.job import JobRecord
from openmentor.foundation.models.link import SpentLink
from openmentor.foundation.models.outbox import Cursor, Seal
from openmentor.foundation.models.property import DatabaseProperty

__all__ = ["Cursor", "DatabaseProperty", "Delivery", "Event", "JobRecord", "Mute", "QuietHours", "Seal", "SpentLink"]
