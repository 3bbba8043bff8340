from openmentor.foundation.events import Audience, declare

# What somebody answers is theirs; the event names the response and nothing of what it says.
declare(Audience.NOBODY, "response.started", "response.submitted", "response.changed")
