/* spokesman.c - reads Kontora-Person and Kontora-Roles.
 *
 * From whoever may not send them they are refused and not ignored. Ignored, the call would go on in
 * the name of the one who sends it, which nobody has asked for and which may be allowed more. And a
 * gateway that is not set up yet, or that lets headers of its own clients through, is found out at
 * the first request.
 */
#include "runtime/spokesman.h"

enum { NAME_BYTES_MAX = 64 };

static const char person_header[] = "Kontora-Person";
static const char roles_header[] = "Kontora-Roles";

static size_t count_headers(const struct http_request *request, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        count += text_equals_ignoring_case(request->headers[i].name, text_of(name));
    }
    return count;
}

/* A letter, then letters, digits and _: as workflows name them. */
static bool is_name(struct text text)
{
    bool is_name = text.bytes > 0 && text.bytes <= NAME_BYTES_MAX;
    for (size_t i = 0; is_name && i < text.bytes; i++) {
        char letter = text.data[i];
        bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
        bool is_inside = (letter >= '0' && letter <= '9') || letter == '_';
        is_name = is_letter || (i > 0 && is_inside);
    }
    return is_name;
}

static bool is_role(struct text text)
{
    struct text kind;
    struct text role;
    bool has_role = text_cut(text, '.', &kind, &role);
    return is_name(kind) && (!has_role || is_name(role));
}

/* What a service is by its credential, and nobody by his word. */
static bool is_of_services(struct text role)
{
    struct text kind;
    struct text rest;
    text_cut(role, '.', &kind, &rest);
    return text_equals(kind, TEXT("service"));
}

static bool read_roles(struct arena *arena, struct text written, struct texts *roles_out)
{
    struct text *roles = ARENA_ARRAY(arena, struct text, CALLER_ROLES_MAX);
    struct text rest = text_trim(written);
    *roles_out = (struct texts){roles, 0};
    if (rest.bytes == 0) {
        return true; /* he has none */
    }
    while (rest.data != NULL) {
        struct text role;
        text_cut(rest, ',', &role, &rest);
        role = text_trim(role);
        if (roles_out->count == CALLER_ROLES_MAX || !is_role(role)) {
            return false;
        }
        roles[roles_out->count++] = role;
    }
    return true;
}

static bool has_role_of_services(struct texts roles)
{
    for (size_t i = 0; i < roles.count; i++) {
        if (is_of_services(roles.items[i])) {
            return true;
        }
    }
    return false;
}

/* What is wrong with them; NULL: nothing. */
static const char *read_headers(struct arena *arena, const struct http_request *request,
                                enum spokesman spokesman, struct caller *caller)
{
    struct text person = http_header_value(request, person_header);
    bool has_person = person.data != NULL;
    if (count_headers(request, person_header) > 1 || count_headers(request, roles_header) > 1) {
        return "Kontora-Person and Kontora-Roles may be there once each.";
    }
    if (has_person &&
        (!id_read(text_trim(person), &caller->person) || id_is_none(caller->person))) {
        return "Kontora-Person must be the id of a person, a UUID.";
    }
    if (!has_person && spokesman != SPEAKS_FOR_ALL) {
        return "Kontora-Person is missing: Kontora-Roles are those of a person.";
    }
    if (!read_roles(arena, http_header_value(request, roles_header), &caller->roles)) {
        return "Kontora-Roles must be at most 32 names like admin or admin.moderator, with commas "
               "between them.";
    }
    if (has_person && has_role_of_services(caller->roles)) {
        return "Kontora-Roles has a role of services, but a person is none.";
    }
    return NULL;
}

enum status spokesman_read(struct arena *arena, const struct http_request *request,
                           enum spokesman spokesman, struct caller *caller, struct text *error_out)
{
    struct caller complete = *caller;
    char id[ID_TEXT_BYTES + 1];
    if (count_headers(request, person_header) == 0 && count_headers(request, roles_header) == 0) {
        return STATUS_OK;
    }
    if (spokesman == SPEAKS_FOR_HIMSELF) {
        return STATUS_REFUSED;
    }
    const char *complaint = read_headers(arena, request, spokesman, &complete);
    if (complaint != NULL) {
        *error_out = text_of(complaint);
        return STATUS_MALFORMED;
    }
    if (!id_is_none(complete.person)) {
        /* Under this name replies are kept, streams are counted and events are told: what two
         * people do through one gateway never runs together. */
        id_write(complete.person, id);
        complete.name = text_format(arena, "%.*s for %s", TEXT_ARGS(caller->name), id);
    }
    *caller = complete;
    return STATUS_OK;
}
