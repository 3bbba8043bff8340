"""How forms look: labels, help, errors, who sees the answer. Plain Django forms need nothing but themselves.

A field may say more about itself:

    goals = forms.CharField(...)
    goals.audience = "matching"     # profile, matching, confidential or feedback: the note under the field
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

BOXES = (forms.CheckboxInput,)
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class BoundField(forms.BoundField):
    """A field on its form, with the classes and names that our templates need."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        style = self._style(widget)
        own = f"{attrs.get('class', '')} {widget.attrs.get('class', '')}".strip()
        if style and style not in own.split():
            attrs["class"] = f"{style} {own}".strip()
        return attrs

    @staticmethod
    def _style(widget: forms.Widget) -> str:
        if widget.is_hidden or isinstance(widget, CHOICES):
            return ""
        if isinstance(widget, BOXES):
            return "form-check-input"
        if isinstance(widget, forms.Select):
            return "form-select"
        return getattr(widget, "style", "form-control")

    @property
    def audience(self) -> str:
        """For whom the answer is, or an empty text."""
        return str(getattr(self.field, "audience", ""))

    @property
    def is_box(self) -> bool:
        """A single box to tick stands before its label."""
        return isinstance(self.field.widget, BOXES) and not isinstance(self.field.widget, CHOICES)

    @property
    def is_group(self) -> bool:
        return self.use_fieldset

    @property
    def anchor(self) -> str:
        """The id of the control that the error summary leads to."""
        return f"{self.auto_id}_0" if isinstance(self.field.widget, CHOICES) else (self.id_for_label or self.auto_id)


class Renderer(TemplatesSetting):
    """Django's forms in our templates: ``{{ form }}``, ``{{ field.as_field_group }}``, ``<c-form>``, ``<c-field>``."""

    form_template_name = "foundation/forms/form.html"
    field_template_name = "foundation/forms/field.html"
    formset_template_name = "foundation/forms/formset.html"
    bound_field_class = BoundField
