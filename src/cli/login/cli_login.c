/* cli_login.c - kontora login: the command line signs in with another screen (RFC 8628). */
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/cli_ask.h"
#include "cli/login/login_file.h"
#include "net/http_client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    DEADLINE_MS = 10000,
    ANSWER_BYTES_MAX = 64 * 1024,
    VALUES_MAX = 64,
    PAUSE_MORE_S = 5,
    PAUSE_MAX_S = 60,
    FRESH_MS = 30 * 1000, /* an access that is good for less is renewed */
};

static const struct flag flags[] = {
    {"print", NULL, "Write an access that is good now, for Authorization: Bearer"},
};

/* What a server has said. */
struct said {
    int http_status;
    const struct json *json;
};

static struct text member(const struct said *said, const char *name)
{
    const struct json *found = said->json != NULL ? json_member(said->json, text_of(name)) : NULL;
    return found != NULL && found->kind == JSON_STRING ? found->text : NO_TEXT;
}

static int64_t number(const struct said *said, const char *name, int64_t otherwise)
{
    const struct json *found = json_member(said->json, text_of(name));
    int64_t value;
    return found != NULL && found->kind == JSON_NUMBER && json_to_integer(found, &value)
               ? value
               : otherwise;
}

static enum status post(struct command_line *line, struct text address, const char *path,
                        struct text form, struct said *said_out)
{
    struct http_answer answer;
    struct json_error error;
    const struct http_header headers[] = {
        {TEXT("Content-Type"), TEXT("application/x-www-form-urlencoded")}};
    struct http_client *client = http_client_create();
    enum status status = http_client_ask(
        client, line->arena,
        &(struct http_client_request){
            .method = "POST",
            .url = text_format(line->arena, "%.*s%s", TEXT_ARGS(address), path).data,
            .headers = headers,
            .header_count = COUNT_OF(headers),
            .body = form,
            .deadline_ms = DEADLINE_MS,
            .answer_bytes_max = ANSWER_BYTES_MAX,
        },
        &answer);
    http_client_destroy(&client);
    if (status != STATUS_OK) {
        return status;
    }
    said_out->http_status = answer.status;
    status = json_read(line->arena, answer.body, VALUES_MAX, &said_out->json, &error);
    return status == STATUS_OK ? STATUS_OK : STATUS_MALFORMED;
}

/* What is said on its way is a secret: over TLS, or on this machine. */
static bool is_safe(struct text address)
{
    static const struct text starts[] = {
        {"https://", 8}, {"http://127.0.0.1", 16}, {"http://localhost", 16}};
    bool is = false;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        struct text rest = text_slice(address, starts[i].bytes, address.bytes);
        bool is_host = i == 0 ? rest.bytes > 0 : rest.bytes == 0 || rest.data[0] == ':';
        is = is || (text_starts_with(address, starts[i]) && is_host);
    }
    return is;
}

static int fail_to_reach(struct text address, enum status status)
{
    return cli_fail(EXIT_UNREACHABLE, "%.*s does not answer as Kontora does (%s)",
                    TEXT_ARGS(address), status_text(status));
}

static int keep(struct command_line *line, struct text address, const struct said *said,
                struct login *login_out)
{
    struct text path = login_path(line->arena);
    *login_out = (struct login){
        .address = address,
        .access = member(said, "access_token"),
        .refresh = member(said, "refresh_token"),
        .expires_at = clock_wall_ms() + number(said, "expires_in", 0) * 1000,
    };
    if (path.data == NULL) {
        return cli_fail(EXIT_USAGE, "HOME is not set, so there is no place to keep the login");
    }
    if (login_out->access.data == NULL || login_out->refresh.data == NULL) {
        return fail_to_reach(address, STATUS_MALFORMED);
    }
    enum status status = login_write(line->arena, path, login_out);
    return status == STATUS_OK ? EXIT_OK
                               : cli_fail(EXIT_IO, "%.*s cannot be written", TEXT_ARGS(path));
}

/* ---- signing in ---- */

/* Until the person has spoken. OK, or REFUSED and what was said. */
static enum status wait_for_word(struct command_line *line, struct text address,
                                 const struct said *begun, struct said *said_out)
{
    int64_t pause_s = number(begun, "interval", PAUSE_MORE_S);
    struct text form =
        text_format(line->arena,
                    "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Adevice_code&"
                    "client_id=kontora-cli&device_code=%.*s",
                    TEXT_ARGS(cli_escape(line->arena, member(begun, "device_code"))));
    for (;;) {
        sleep((unsigned)(pause_s < 1 ? 1 : pause_s > PAUSE_MAX_S ? PAUSE_MAX_S : pause_s));
        enum status status = post(line, address, "/oauth/token", form, said_out);
        if (status != STATUS_OK || said_out->http_status == 200) {
            return status;
        }
        struct text error = member(said_out, "error");
        if (text_equals(error, TEXT("slow_down"))) {
            pause_s += PAUSE_MORE_S;
        } else if (!text_equals(error, TEXT("authorization_pending"))) {
            return STATUS_REFUSED;
        }
    }
}

static int sign_in(struct command_line *line, struct text address)
{
    struct said begun = {.json = NULL};
    struct said said = {.json = NULL};
    struct login login;
    enum status status =
        post(line, address, "/oauth/device_authorization",
             TEXT("client_id=kontora-cli&scope=openid+api+offline_access"), &begun);
    if (status != STATUS_OK || begun.http_status != 200 ||
        member(&begun, "device_code").data == NULL) {
        return fail_to_reach(address, status == STATUS_OK ? STATUS_MALFORMED : status);
    }
    printf("Open %.*s\nand allow the code %.*s there. Waiting ...\n",
           TEXT_ARGS(member(&begun, "verification_uri")), TEXT_ARGS(member(&begun, "user_code")));
    fflush(stdout);
    status = wait_for_word(line, address, &begun, &said);
    if (status == STATUS_REFUSED) {
        struct text why = member(&said, "error_description");
        return cli_fail(EXIT_FAILED, "%.*s", TEXT_ARGS(why.data != NULL ? why : TEXT("no")));
    }
    if (status != STATUS_OK) {
        return fail_to_reach(address, status);
    }
    int code = keep(line, address, &said, &login);
    if (code == EXIT_OK) {
        printf("You are in. `kontora login --print` writes an access for other programs.\n");
    }
    return code;
}

/* ---- an access that is good now ---- */

static int renew(struct command_line *line, struct login *login)
{
    struct said said;
    struct text form = text_format(
        line->arena, "grant_type=refresh_token&client_id=kontora-cli&refresh_token=%.*s",
        TEXT_ARGS(cli_escape(line->arena, login->refresh)));
    enum status status = post(line, login->address, "/oauth/token", form, &said);
    if (status != STATUS_OK) {
        return fail_to_reach(login->address, status);
    }
    if (said.http_status != 200) {
        return cli_fail(EXIT_FAILED, "the login is over; sign in again: kontora login %.*s",
                        TEXT_ARGS(login->address));
    }
    return keep(line, login->address, &said, login);
}

static int print_access(struct command_line *line)
{
    struct login login;
    struct text path = login_path(line->arena);
    enum status status = path.data != NULL ? login_read(line->arena, path, &login) : STATUS_ABSENT;
    if (status == STATUS_ABSENT) {
        return cli_fail(EXIT_FAILED, "nobody has signed in yet: kontora login ADDRESS");
    }
    if (status != STATUS_OK) {
        return cli_fail(EXIT_IO,
                        "%.*s is damaged, or others may read it; remove it and sign in again",
                        TEXT_ARGS(path));
    }
    int code = login.expires_at - FRESH_MS > clock_wall_ms() ? EXIT_OK : renew(line, &login);
    if (code == EXIT_OK) {
        printf("%.*s\n", TEXT_ARGS(login.access));
    }
    return code;
}

static int run(struct command_line *line)
{
    struct text address =
        line->word_count > 0 ? text_of(line->words[0]) : TEXT("http://127.0.0.1:8480");
    if (cli_flag(line, "print") != NULL) {
        return print_access(line);
    }
    if (address.bytes > 0 && address.data[address.bytes - 1] == '/') {
        address.bytes--;
    }
    if (!is_safe(address)) {
        return cli_fail(EXIT_USAGE, "'%.*s' is no https:// address, and not on this machine",
                        TEXT_ARGS(address));
    }
    return sign_in(line, address);
}

const struct cli_command cli_login = {
    .name = "login",
    .words = "[ADDRESS]",
    .summary = "Sign in to a Kontora, with a browser",
    .help =
        "Shows a code; a person who is signed in types it at /oauth/device and allows it. What is\n"
        "given then is kept in ~/.config/kontora/login.json for its user alone (or below\n"
        "XDG_CONFIG_HOME), and renewed for thirty days.\n"
        "\n"
        "Examples:\n"
        "  kontora login https://kontora.example\n"
        "  curl -H \"Authorization: Bearer $(kontora login --print)\" \\\n"
        "      https://kontora.example/api/profile",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .run = run,
};
