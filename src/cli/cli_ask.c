/* cli_ask.c - one request to the running server, and its refusal in words. */
#include "cli/cli_ask.h"

#include "net/http_client.h"

#include <stdio.h>

enum { DEADLINE_MS = 30000, ANSWER_BYTES_MAX = 64 * 1024 * 1024, VALUES_MAX = 1000000 };

struct text cli_escape(struct arena *arena, struct text value)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = arena_take_raw(arena, value.bytes * 3 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < value.bytes; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                        (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.';
        if (is_plain) {
            escaped[bytes++] = (char)byte;
        } else {
            escaped[bytes++] = '%';
            escaped[bytes++] = digits[byte >> 4];
            escaped[bytes++] = digits[byte & 15];
        }
    }
    return (struct text){escaped, bytes};
}

static struct text member_text(const struct json *object, struct text key)
{
    const struct json *member = object ? json_member(object, key) : NULL;
    return member != NULL && member->kind == JSON_STRING ? member->text : TEXT("");
}

static int fail_with_problem(const struct json *problem, int http_status)
{
    struct text message = member_text(problem, TEXT("message"));
    struct text code = member_text(problem, TEXT("code"));
    cli_fail(EXIT_FAILED, "%.*s (%.*s, HTTP %d)", TEXT_ARGS(message), TEXT_ARGS(code), http_status);
    const struct json *details = problem ? json_member(problem, TEXT("details")) : NULL;
    const struct json *fields = details ? json_member(details, TEXT("fields")) : NULL;
    for (const struct json *field = fields ? fields->first : NULL; field != NULL;
         field = field->next) {
        struct text name = member_text(field, TEXT("field"));
        struct text what = member_text(field, TEXT("message"));
        fprintf(stderr, "  %.*s: %.*s\n", TEXT_ARGS(name), TEXT_ARGS(what));
    }
    return EXIT_FAILED;
}

static const char *admin_socket(struct command_line *line, const struct config *config)
{
    struct text socket = config_text(config, "net.admin_socket");
    return socket.bytes > 0
               ? text_copy(line->arena, socket).data
               : text_format(line->arena, "%s/admin.sock", cli_data(line, config)).data;
}

int cli_ask(struct command_line *line, const struct cli_question *question,
            const struct json **answer_out, struct text *text_out)
{
    const struct config *config = cli_config(line);
    if (config == NULL) {
        return EXIT_USAGE;
    }
    const char *socket = admin_socket(line, config);
    struct http_header headers[2] = {{TEXT("Content-Type"), TEXT("application/json")},
                                     {TEXT("If-Match"), question->if_match}};
    struct http_client_request request = {
        .method = question->method,
        .url = text_format(line->arena, "http://kontora%.*s", TEXT_ARGS(question->path)).data,
        .headers = headers,
        .header_count = question->if_match.data ? 2 : 1,
        .body = question->body,
        .deadline_ms = DEADLINE_MS,
        .answer_bytes_max = ANSWER_BYTES_MAX,
        .unix_socket = socket,
    };
    struct http_answer answer = {0};
    struct http_client *client = http_client_create();
    enum status status = http_client_ask(client, line->arena, &request, &answer);
    http_client_destroy(&client);
    if (status != STATUS_OK) {
        return cli_fail(EXIT_UNREACHABLE,
                        "no server answers at %s (%s). Start it with `kontora serve --data %s`, or "
                        "say where it is with --data.",
                        socket, status_text(status), cli_data(line, config));
    }
    struct json_error error;
    *answer_out = NULL;
    *text_out = answer.body;
    if (answer.status == 404 && question->may_be_absent) {
        return EXIT_OK;
    }
    if (answer.body.bytes > 0 &&
        json_read(line->arena, answer.body, VALUES_MAX, answer_out, &error) != STATUS_OK) {
        return cli_fail(EXIT_FAILED, "the server's answer is not JSON: %s", error.what);
    }
    return answer.status < 400 ? EXIT_OK : fail_with_problem(*answer_out, answer.status);
}
