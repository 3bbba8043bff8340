from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict

from openmentor.foundation.ui import widgets


class Questions(forms.Form):
    name = forms.CharField(help_text="As people know you.")
    nickname = forms.CharField(required=False)
    role = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_labels_help_and_errors_belong_to_their_control():
    html = str(Questions({"nickname": "x"}))
    assert '<label for="id_name">Name</label>' in html
    assert 'id="id_name_helptext"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_nickname">Nickname <span class="om-field-mark">(optional)</span></label>' in html
    assert "<fieldset" in html
    assert "<legend>Role</legend>" in html


def test_the_summary_leads_to_each_field_that_is_wrong():
    html = str(Questions({}))
    assert [
        anchor for anchor in ("#id_name", "#id_nickname", "#id_role_0", "#id_agreed") if f'href="{anchor}"' in html
    ] == [
        "#id_name",
        "#id_role_0",
        "#id_agreed",
    ]
    assert "data-error-summary" not in str(Questions())


@pytest.mark.parametrize(
    ("audience", "sentence"),
    [
        ("profile", "The people in this program see your answer."),
        ("matching", "The program&#x27;s managers and the matching see your answer."),
        ("confidential", "Only the matching uses your answer."),
        ("feedback", "counted in reports on five or more people"),
    ],
)
def test_who_sees_the_answer_is_said_before_one_answers(audience, sentence):
    form = Questions()
    assert "om-audience" not in str(form)
    form.fields["name"].audience = audience  # type: ignore[attr-defined]
    form.fields["role"].audience = audience  # type: ignore[attr-defined]
    form.fields["agreed"].audience = audience  # type: ignore[attr-defined]
    assert str(form).count("om-audience") == 3
    assert sentence.replace("&#x27;", "'") in str(form).replace("&#x27;", "'")


def test_a_class_of_one_s_own_stays_beside_ours():
    class Form(forms.Form):
        text = forms.CharField(widget=forms.TextInput(attrs={"class": "om-number"}))
        choice = forms.ChoiceField()
        tick = forms.BooleanField()

    html = str(Form())
    assert 'class="form-control om-number"' in html
    assert 'class="form-select"' in html
    assert 'class="form-check-input"' in html


def test_what_is_written_is_drawn_harmless():
    class Form(forms.Form):
        skills = forms.CharField(widget=widgets.Tags(suggestions=['"><script>x</script>']))
        wishes = forms.CharField(widget=widgets.Ranked(options=[("1", "<script>x</script>")]))

    assert "<script" not in str(Form(initial={"skills": '"><script>y</script>'}))


class TestRanked:
    widget = widgets.Ranked(options=[("a", "A"), ("b", "B"), ("c", "C")])

    def test_the_order_of_the_rows_is_the_answer(self):
        posted = QueryDict("w=c&w=a&w=b&w-place-c=1&w-place-a=2&w-place-b=3")
        assert self.widget.value_from_datadict(posted, {}, "w") == ["c", "a", "b"]

    def test_without_scripts_the_numbers_are(self):
        posted = QueryDict("w=a&w=b&w=c&w-place-a=3&w-place-b=x&w-place-c=1")
        assert self.widget.value_from_datadict(posted, {}, "w") == ["c", "a", "b"]

    def test_twice_the_same_counts_once(self):
        assert self.widget.value_from_datadict(QueryDict("w=a&w=a"), {}, "w") == ["a"]

    def test_what_was_said_before_stands_first(self):
        rows = self.widget.get_context("w", ["c"], {})["widget"]["rows"]
        assert [row["key"] for row in rows] == ["c", "a", "b"]


def test_tags_take_a_list_or_text():
    assert widgets.Tags().format_value(["a", "b"]) == "a, b"
    assert widgets.Tags().format_value("a, b") == "a, b"


def test_the_week_offers_the_hours_it_was_told():
    week = widgets.WeekHours(first_hour=8, last_hour=11, days=("Mon", "Tue")).get_context("w", "", {})["widget"]
    assert week["hours"] == [(8, "08:00"), (9, "09:00"), (10, "10:00")]
    assert [(day, str(name), str(short)) for day, name, short in week["days"]] == [
        ("Mon", "Monday", "Mon"),
        ("Tue", "Tuesday", "Tue"),
    ]
