from __future__ import annotations

from openmentor.enrollment.applying.urls import urlpatterns as applying
from openmentor.enrollment.importing.urls import urlpatterns as importing
from openmentor.enrollment.managing.urls import urlpatterns as managing
from openmentor.enrollment.recruiting.urls import urlpatterns as recruiting

app_name = "enrollment"
urlpatterns = [*applying, *managing, *importing, *recruiting]
