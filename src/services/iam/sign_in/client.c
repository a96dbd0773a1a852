/* client.c - who knocks, as its request shows it. */
#include "services/iam/sign_in/client.h"

#include "base/secret.h"
#include "runtime/front/cookie.h"
#include "services/iam/sessions/session.h"

enum { DEVICE_SECONDS = 400 * 24 * 3600 };

struct client client_of(const struct call *call)
{
    const struct http_request *request = &call->exchange->request;
    struct text agent = http_header_value(request, "User-Agent");
    struct text secret = cookie_read(request, CLIENT_COOKIE);
    struct client client = {.address = request->peer};
    while (agent.bytes > USER_AGENT_BYTES_MAX ||
           (agent.bytes > 0 && !text_is_utf8(agent))) { /* never half of a letter */
        agent.bytes = agent.bytes > USER_AGENT_BYTES_MAX ? USER_AGENT_BYTES_MAX : agent.bytes - 1;
    }
    client.user_agent = agent;
    if (secret_is_whole(secret, CLIENT_PREFIX)) {
        client.secret = secret;
        client.device = digest_hex(call->arena, secret);
    }
    return client;
}

struct text client_network(const struct call *call)
{
    struct text address = call->exchange->request.peer;
    size_t colons = 0;
    for (size_t i = 0; i < address.bytes; i++) {
        colons += address.data[i] == ':';
        if (colons == 4) {
            return text_slice(address, 0, i);
        }
    }
    return address;
}

void client_claim(const struct call *call, struct text secret, struct client *client)
{
    if (client->secret.data == NULL && secret_is_whole(secret, CLIENT_PREFIX)) {
        client->secret = secret;
        client->device = digest_hex(call->arena, secret);
    }
}

static bool is_of_this_machine(struct text host)
{
    struct text name;
    struct text port;
    if (text_starts_with(host, TEXT("[::1]"))) {
        return true;
    }
    text_cut(host, ':', &name, &port);
    return text_equals_ignoring_case(name, TEXT("localhost")) ||
           text_equals(name, TEXT("127.0.0.1"));
}

/* Not by the address alone: behind a proxy all come from this machine, and a page of somebody else
 * may have a name that leads here. */
bool client_is_here(const struct call *call)
{
    const struct http_request *request = &call->exchange->request;
    if (request->door == HTTP_DOOR_UNIX) {
        return call->caller.kind == CALLER_ROOT;
    }
    bool is_passed_on = http_header_value(request, "X-Forwarded-For").data != NULL ||
                        http_header_value(request, "Forwarded").data != NULL ||
                        http_header_value(request, "Via").data != NULL;
    bool is_near =
        text_equals(request->peer, TEXT("127.0.0.1")) || text_equals(request->peer, TEXT("::1"));
    return is_near && !is_passed_on && is_of_this_machine(http_header_value(request, "Host"));
}

void client_introduce(struct call *call, struct client *client)
{
    if (client->secret.data == NULL) {
        client->secret = secret_new(call->arena, CLIENT_PREFIX);
        client->device = digest_hex(call->arena, client->secret);
    }
}

void client_keep(struct call *call, const struct client *client)
{
    cookie_give(call, &(struct cookie){.name = CLIENT_COOKIE,
                                       .value = client->secret,
                                       .seconds = DEVICE_SECONDS});
}

void client_give_session(struct call *call, struct text secret, int64_t seconds)
{
    cookie_give(call,
                &(struct cookie){.name = COOKIE_SESSION, .value = secret, .seconds = seconds});
}

void client_take_session(struct call *call)
{
    cookie_give(call, &(struct cookie){.name = COOKIE_SESSION, .value = TEXT(""), .seconds = -1});
}

struct text client_session(const struct call *call)
{
    return cookie_read(&call->exchange->request, COOKIE_SESSION);
}
