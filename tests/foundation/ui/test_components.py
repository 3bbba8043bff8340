from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from openmentor.foundation.templatetags import ui


def render(source: str, **context: object) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    request = RequestFactory().get("/?q=a&page=2")
    return engines["django"].from_string(CottonCompiler().process(source)).render({"request": request, **context})


def test_what_people_write_cannot_break_out_of_an_attribute():
    """Cotton's own {{ attrs }} escapes nothing."""
    evil = '"><script>alert(1)</script>'
    for source in (
        '<c-button :data-name="evil">Go</c-button>',
        '<c-button data-name="{{ evil }}">Go</c-button>',
        '<c-card :title="evil" :id="evil" :data-x="evil">x</c-card>',
        '<c-person :name="evil" :note="evil" :href="evil" />',
        '<c-badge :title="evil">{{ evil }}</c-badge>',
        '<c-chips :items="[1]" :label="evil">{{ evil }}</c-chips>',
        '<c-copy :value="evil" :label="evil" />',
        '<c-alert :title="evil" :data-x="evil">{{ evil }}</c-alert>',
    ):
        html = render(source, evil=evil)
        assert "<script" not in html, source
        assert "&lt;script&gt;" in html, source
    assert render("""<c-button hx-vals='{"a": "{{ evil }}"}'>Go</c-button>""", evil=evil).count('"&gt;') == 0


def test_attributes_that_a_component_does_not_know_are_passed_on():
    html = render('<c-button :disabled="off" hx-post="/x" :aria-busy="nothing">Go</c-button>', off=True, nothing=None)
    assert ' hx-post="/x"' in html
    assert " disabled" in html
    assert "aria-busy" not in html


def test_a_component_does_not_inherit_what_the_page_calls_the_same():
    assert "Page" not in render("<c-card>inside</c-card>", title="Page", actions="Page", footer="Page", lead="Page")


def test_why_not_is_said_and_the_button_does_nothing():
    html = render('<c-button kind="primary" href="/publish/" why="Nobody has applied yet.">Publish</c-button>')
    assert 'aria-disabled="true"' in html
    assert "Nobody has applied yet." in html
    assert 'type="button"' in html
    assert "/publish/" not in html


@pytest.mark.parametrize(
    ("value", "number", "words"),
    [
        (1.0, "100", "Very good fit"), (0.8, "80", "Very good fit"), (0.79, "79", "Good fit"), (0.65, "65", "Good fit"),
        (0.5, "50", "Fair fit"), (0.49, "49", "Weak fit"), (0.0, "0", "Weak fit"), (None, "-", "Not known"),
    ],
)  # fmt: skip
def test_a_fit_in_number_and_words(value, number, words):
    it = ui.fit(value)
    assert (str(it["number"]), it["words"]) == (number, words)
    assert words in render('<c-score :value="value" />', value=value)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara Okafor", "AO"),
        ("Cher", "C"),
        ("Anna Maria von Berg", "AB"),
        ("", "?"),
        (" (x) ", "?"),
        ("李 明", "李明"),
        (None, "?"),
    ],
)
def test_initials(name, letters):
    assert ui.initials(name) == letters


def test_an_avatar_s_color_is_the_person_s_for_ever():
    assert [ui.avatar_color(name) for name in ("Amara Okafor", "amara okafor ", "Grace Kim", "Björn Lindqvist")] == [
        1,
        1,
        8,
        4,
    ]
    assert {ui.avatar_color(str(n)) for n in range(200)} == set(range(1, 9))


def test_pages_keep_what_was_asked():
    html = render('<c-pages :page="page" />', page=Paginator(range(50), 10).page(2))
    assert 'href="?q=a&amp;page=3"' in html
    assert html.count('aria-current="page"') == 0 or "2" in html
    assert render('<c-pages :page="page" />', page=Paginator(range(5), 10).page(1)).strip() == ""


def test_progress_asks_again_only_while_it_has_an_address():
    running = render('<c-progress id="p" label="x" :value="3" :max="9" url="/p/" cancel_url="/c/" />')
    assert 'hx-get="/p/"' in running
    assert '<progress value="3" max="9"' in running
    done = render('<c-progress id="p" label="x" value="9" max="9" />')
    assert "hx-get" not in done
    assert "<form" not in done
    assert 'role="progressbar"' in render('<c-progress id="p" label="x" />')
    assert 'value="0"' in render('<c-progress id="p" label="x" :value="0" />')


def test_messages_of_an_htmx_answer_come_along(client):
    """The middleware, by itself: a message waits, the answer is a fragment."""
    import json

    from django.contrib import messages
    from django.contrib.messages.storage.cookie import CookieStorage
    from django.http import HttpResponse, HttpResponseRedirect

    from openmentor.foundation.ui.middleware import MessagesMiddleware

    def ask(answer: HttpResponse, htmx: bool) -> HttpResponse:
        request = RequestFactory().get("/")
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        request.htmx = htmx  # type: ignore[attr-defined]
        messages.warning(request, "Careful")
        return MessagesMiddleware(lambda _request: answer)(request)

    assert json.loads(ask(HttpResponse("x"), True)["HX-Trigger"]) == {
        "toasts": {"items": [{"tone": "warning", "text": "Careful"}]}
    }
    assert "HX-Trigger" not in ask(HttpResponse("x"), False)
    assert "HX-Trigger" not in ask(HttpResponseRedirect("/"), True)
    assert "HX-Trigger" not in ask(HttpResponse(headers={"HX-Redirect": "/"}), True)
