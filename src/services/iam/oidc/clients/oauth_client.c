/* oauth_client.c - the noun: where people may go back to, and what a program may ask for. */
#include "services/iam/oidc/clients/oauth_client.h"

#include "base/json.h"

/* It is public: what it shows is a code that a person has typed. */
static const struct text cli_scopes[] = {{"openid", 6}, {"api", 3}, {"offline_access", 14}};
static const struct oauth_client cli = {
    .id = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}},
    .name = {"Kontora CLI", 11},
    .scopes = {cli_scopes, COUNT_OF(cli_scopes)},
    .algorithm = {"RS256", 5},
    .revision = 1,
};

enum status oauth_client_named(struct store *store, struct arena *arena, struct text name,
                               struct oauth_client *client_out)
{
    struct id id;
    if (text_equals(name, TEXT(OAUTH_CLI_NAME))) {
        *client_out = cli;
        return STATUS_OK;
    }
    return id_read(name, &id) ? oauth_client_find(store, arena, id, client_out) : STATUS_ABSENT;
}

enum status oauth_client_get(struct store *store, struct arena *arena, struct id id,
                             struct oauth_client *client_out)
{
    if (id_equals(id, cli.id)) {
        *client_out = cli;
        return STATUS_OK;
    }
    return oauth_client_find(store, arena, id, client_out);
}

struct text oauth_client_name(struct arena *arena, struct id id)
{
    char written[ID_TEXT_BYTES + 1];
    id_write(id, written);
    return id_equals(id, cli.id) ? TEXT(OAUTH_CLI_NAME) : text_copy(arena, text_of(written));
}

bool oauth_scope_is_known(struct text scope)
{
    static const struct text known[] = {
        {"openid", 6}, {"profile", 7}, {"email", 5}, {"offline_access", 14}, {"api", 3},
    };
    bool is_known = false;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        is_known = is_known || text_equals(scope, known[i]);
    }
    return is_known;
}

static bool is_among(struct texts texts, struct text text)
{
    bool is = false;
    for (size_t i = 0; i < texts.count; i++) {
        is = is || text_equals(texts.items[i], text);
    }
    return is;
}

bool oauth_client_may_return_to(const struct oauth_client *client, struct text uri)
{
    return is_among(client->redirect_uris, uri);
}

bool oauth_client_may_log_out_to(const struct oauth_client *client, struct text uri)
{
    return is_among(client->logout_uris, uri);
}

bool oauth_client_may_ask(const struct oauth_client *client, struct text scope)
{
    return is_among(client->scopes, scope);
}

bool oauth_scopes_have(struct text scopes, struct text scope)
{
    struct text rest = scopes;
    while (rest.data != NULL) {
        struct text one;
        text_cut(rest, ' ', &one, &rest);
        if (one.bytes > 0 && text_equals(one, scope)) {
            return true;
        }
    }
    return false;
}

bool oauth_scopes_read(struct arena *arena, const struct oauth_client *client, struct text scopes,
                       struct text *scopes_out)
{
    struct text rest = scopes;
    struct text read = TEXT("");
    while (rest.data != NULL) {
        struct text one;
        text_cut(rest, ' ', &one, &rest);
        if (one.bytes == 0 || oauth_scopes_have(read, one)) {
            continue;
        }
        if (!oauth_client_may_ask(client, one)) {
            return false;
        }
        read = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(read), read.bytes > 0 ? " " : "",
                           TEXT_ARGS(one));
    }
    *scopes_out = read;
    return true;
}

struct text oauth_texts_json(struct arena *arena, struct texts texts)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_array(&writer);
    for (size_t i = 0; i < texts.count; i++) {
        json_put_text(&writer, texts.items[i]);
    }
    json_end_array(&writer);
    return json_written(&writer);
}
