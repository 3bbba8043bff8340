from openmentor.enrollment.applying import notices as applying  # noqa: F401 - who is told what became of an application
from openmentor.enrollment.recruiting import notices  # noqa: F401 - who is told of an invitation
