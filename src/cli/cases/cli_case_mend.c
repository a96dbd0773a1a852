/* cli_case_mend.c - kontora case retry, skip, edit, move, cancel, forget. */
#include "cli/cases/cli_case.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *verb;
    const char *done;
} words_done[] = {
    {"retry", "is tried again"}, {"skip", "goes on without it"}, {"edit", "is edited"},
    {"move", "is moved"},        {"cancel", "is cancelled"},
};

static const char *done(const char *verb)
{
    for (size_t i = 0; i < COUNT_OF(words_done); i++) {
        if (strcmp(words_done[i].verb, verb) == 0) {
            return words_done[i].done;
        }
    }
    return "";
}

static bool is_json(struct arena *arena, struct text text)
{
    const struct json *value = NULL;
    struct json_error error;
    return json_read(arena, text, SIZE_MAX, &value, &error) == STATUS_OK;
}

/* FIELD=VALUE: JSON as it is, anything else as text. False: there is no "=". */
static bool put_field(struct command_line *line, struct json_writer *writer, const char *word)
{
    struct text name;
    struct text value;
    if (!text_cut(text_of(word), '=', &name, &value)) {
        return false;
    }
    json_key_text(writer, name);
    if (is_json(line->arena, value)) {
        json_put_raw(writer, value);
    } else {
        json_put_text(writer, value);
    }
    return true;
}

static int put_fields(struct command_line *line, struct json_writer *writer)
{
    json_key(writer, "fields");
    json_begin_object(writer);
    for (size_t i = 2; i < line->word_count; i++) {
        if (!put_field(line, writer, line->words[i])) {
            return cli_fail(EXIT_USAGE, "'%s' is not FIELD=VALUE", line->words[i]);
        }
    }
    json_end_object(writer);
    return EXIT_OK;
}

static void put_places(const struct command_line *line, struct json_writer *writer)
{
    json_key(writer, "places");
    json_begin_array(writer);
    for (size_t i = 2; i < line->word_count; i++) {
        json_put_text(writer, text_of(line->words[i]));
    }
    json_end_array(writer);
}

static int put_skip(struct command_line *line, struct json_writer *writer)
{
    const char *result = cli_flag(line, "result");
    const char *next = cli_flag(line, "next");
    if (result != NULL && !is_json(line->arena, text_of(result))) {
        return cli_fail(EXIT_USAGE, "--result is not JSON; a text is written '\"so\"'");
    }
    if (result != NULL) {
        json_key(writer, "result");
        json_put_raw(writer, text_of(result));
    }
    if (next != NULL) {
        json_key(writer, "next");
        json_put_text(writer, text_of(next));
    }
    return EXIT_OK;
}

static int write_body(struct command_line *line, const char *reason, struct text *body_out)
{
    const char *verb = line->words[0];
    struct json_writer writer;
    int code = EXIT_OK;
    json_writer_init(&writer, line->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "reason");
    json_put_text(&writer, text_of(reason));
    if (strcmp(verb, "edit") == 0) {
        code = put_fields(line, &writer);
    } else if (strcmp(verb, "move") == 0) {
        put_places(line, &writer);
    } else if (line->word_count == 3) {
        json_key(&writer, strcmp(verb, "cancel") == 0 ? "place" : "stage");
        json_put_text(&writer, text_of(line->words[2]));
    }
    if (code == EXIT_OK && strcmp(verb, "skip") == 0) {
        code = put_skip(line, &writer);
    }
    if (code != EXIT_OK) {
        return code;
    }
    json_end_object(&writer);
    *body_out = json_written(&writer);
    return EXIT_OK;
}

int cli_case_mend(struct command_line *line)
{
    const char *verb = line->words[0];
    const char *reason = cli_flag(line, "reason");
    const char *service = NULL;
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    struct cli_question question = {.method = "POST"};
    if (reason == NULL || reason[0] == '\0') {
        return cli_fail(EXIT_USAGE, "say why: --reason TEXT; it stands in the history");
    }
    int code = write_body(line, reason, &question.body);
    if (code == EXIT_OK) {
        code = cli_case_find(line, "", &service, &answer, &text);
    }
    if (code != EXIT_OK) {
        return code;
    }
    struct text id = cli_escape(line->arena, text_of(line->words[1]));
    question.path = text_format(line->arena, "/api/cases/%s/%.*s/%s", service, TEXT_ARGS(id), verb);
    code = cli_ask(line, &question, &answer, &text);
    if (code == EXIT_OK && !cli_case_shows_json(line, text)) {
        const struct json *why = json_member(answer, TEXT("why"));
        printf("The case %s. %.*s\n", done(verb), TEXT_ARGS(why->text));
    }
    return code;
}

int cli_case_forget(struct command_line *line)
{
    const char *service = NULL;
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    struct cli_question question = {.method = "DELETE"};
    if (cli_flag(line, "yes") == NULL) {
        return cli_fail(EXIT_USAGE, "it goes for good, with its history and its files: say --yes");
    }
    int code = cli_case_find(line, "", &service, &answer, &text);
    if (code != EXIT_OK) {
        return code;
    }
    struct text id = cli_escape(line->arena, text_of(line->words[1]));
    question.path = text_format(line->arena, "/api/cases/%s/%.*s", service, TEXT_ARGS(id));
    code = cli_ask(line, &question, &answer, &text);
    if (code == EXIT_OK) {
        puts("The case is forgotten.");
    }
    return code;
}
