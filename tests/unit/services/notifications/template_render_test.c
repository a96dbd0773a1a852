/* template_render_test.c - holes filled, escaped, missing, and what is no template. */
#include "services/notifications/templates/template.h"

#include "tests/lib/check.h"

#include <string.h>

static struct arena *arena;
static struct rendering rendering;

static enum status render(const char *body, const char *html, const char *payload)
{
    const struct template template = {.channel = channel_email,
                                      .subject = TEXT("S"),
                                      .body = text_of(body),
                                      .html = text_of(html)};
    if (arena == NULL) {
        arena = arena_create("render", 64 * 1024 * 1024);
    }
    return template_render(arena, &template, text_of(payload), &rendering);
}

static void fills_what_it_is_given(void)
{
    CHECK_STATUS(
        render("{{a}} {{ b.c }}{{d}}{{a}}", NULL, "{\"a\":\"x\",\"b\":{\"c\":1.50},\"d\":true}"),
        STATUS_OK);
    CHECK_TEXT(rendering.rendered.plain, "x 1.50truex");
    CHECK_STATUS(render("{ } {a} }} }", NULL, "{}"), STATUS_OK);
    CHECK_TEXT(rendering.rendered.plain, "{ } {a} }} }");
}

static void escapes_in_html_only(void)
{
    CHECK_STATUS(render("{{a}}", "<b title=\"{{a}}\">{{a}}</b>", "{\"a\":\"<'&\\\">\"}"),
                 STATUS_OK);
    CHECK_TEXT(rendering.rendered.plain, "<'&\">");
    CHECK_TEXT(rendering.rendered.html,
               "<b title=\"&lt;&#39;&amp;&quot;&gt;\">&lt;&#39;&amp;&quot;&gt;</b>");
}

static void what_was_filled_in_is_not_read_again(void)
{
    CHECK_STATUS(render("{{a}}", NULL, "{\"a\":\"{{b}}\"}"), STATUS_OK);
    CHECK_TEXT(rendering.rendered.plain, "{{b}}");
}

static void dresses_plain_text(void)
{
    CHECK_STATUS(render("See {{link}}.\n<b>", NULL, "{\"link\":\"https://e.org/?a=1&b=\\\"2\"}"),
                 STATUS_OK);
    const char *html = text_copy(arena, rendering.rendered.html).data;
    CHECK(strstr(html, "<a href=\"https://e.org/?a=1&amp;b=\">https://e.org/?a=1&amp;b=</a>"
                       "&quot;2.<br>\n&lt;b&gt;") != NULL);
    CHECK_STATUS(render("{{link}}", NULL, "{\"link\":\"javascript:alert(1)\"}"), STATUS_OK);
    html = text_copy(arena, rendering.rendered.html).data;
    CHECK(strstr(html, "<a ") == NULL);
}

static void names_what_is_missing(void)
{
    CHECK_STATUS(
        render("{{b}} {{a}} {{b}} {{c.d}} {{e}} {{f}}", NULL, "{\"c\":\"x\",\"e\":null,\"f\":[1]}"),
        STATUS_ABSENT);
    CHECK_INT(rendering.missing.count, 5);
    CHECK_TEXT(rendering.missing.items[0], "b");
    CHECK_TEXT(rendering.missing.items[2], "c.d");
}

static void says_what_is_no_template(void)
{
    CHECK_STATUS(render("{{a", NULL, "{}"), STATUS_MALFORMED);
    CHECK_TEXT(rendering.why, "A {{ is not closed.");
    CHECK_STATUS(render("{{a b}}", NULL, "{}"), STATUS_MALFORMED);
    CHECK_STATUS(render("{{}}", NULL, "{}"), STATUS_MALFORMED);
    CHECK_STATUS(render("{{a}}", NULL, "[1"), STATUS_MALFORMED);
}

static void grows_to_its_limit_only(void)
{
    char body[20001];
    for (size_t i = 0; i < sizeof body - 1; i++) {
        body[i] = "{{a}}"[i % 5];
    }
    body[sizeof body - 1] = '\0';
    CHECK_STATUS(render(body, NULL, "{\"a\":\"0123456789\"}"), STATUS_OK);
    struct text long_one = {memset(arena_take(arena, 1001), 'x', 1000), 1000};
    struct text payload = text_format(arena, "{\"a\":\"%.*s\"}", TEXT_ARGS(long_one));
    CHECK_STATUS(render(body, NULL, payload.data), STATUS_TOO_LARGE);
}

static void all_that_is_shipped_is_sound(void)
{
    arena = arena_create("render", 64 * 1024 * 1024);
    for (size_t i = 0; i < templates_shipped_count; i++) {
        CHECK(template_complaint(arena, &templates_shipped[i]).data == NULL);
        CHECK(text_is_utf8(templates_shipped[i].body));
    }
}

static const struct test tests[] = {
    {"fills_what_it_is_given", fills_what_it_is_given, 0},
    {"escapes_in_html_only", escapes_in_html_only, 0},
    {"what_was_filled_in_is_not_read_again", what_was_filled_in_is_not_read_again, 0},
    {"dresses_plain_text", dresses_plain_text, 0},
    {"names_what_is_missing", names_what_is_missing, 0},
    {"says_what_is_no_template", says_what_is_no_template, 0},
    {"grows_to_its_limit_only", grows_to_its_limit_only, 0},
    {"all_that_is_shipped_is_sound", all_that_is_shipped_is_sound, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
