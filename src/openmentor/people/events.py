from openmentor.foundation.events import Audience, declare

declare(
    Audience.ADMINISTRATORS,
    "import.started",
    "import.read_again",
    "import.checked",
    "import.confirmed",
    "import.done",
    "import.failed",
    "import.cancelled",
    "person.added",
    "person.changed",
    "person.erased",
    "person.administrator_made",
    "person.invited",
    "person.claimed",
    "person.address_typed",
    "person.address_confirmed",
    "person.administrator_unmade",
    "person.suspended",
    "person.restored",
    "people.codes_made",
)
