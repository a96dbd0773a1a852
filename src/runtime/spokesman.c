/* spokesman.c - reads Kontora-Person and what goes with it.
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
static const char permissions_header[] = "Kontora-May";
static const char session_header[] = "Kontora-Session";
static const char *const all_headers[] = {person_header, roles_header, permissions_header,
                                          session_header};

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

bool spokesman_is_role(struct text text)
{
    return is_role(text) && !is_of_services(text);
}

bool spokesman_is_permission(struct text text)
{
    struct text rest = text;
    struct text word = NO_TEXT;
    while (rest.data != NULL) {
        if (word.data != NULL && !is_name(word)) {
            return false;
        }
        text_cut(rest, '.', &word, &rest);
    }
    return text.bytes <= PERMISSION_BYTES_MAX && (is_name(word) || text_equals(word, TEXT("*")));
}

/* Names with commas between them; none at all is an empty list. */
static bool read_names(struct arena *arena, struct text written, size_t count_max,
                       bool (*is_one)(struct text), struct texts *names_out)
{
    struct text *names = ARENA_ARRAY(arena, struct text, count_max);
    struct text rest = text_trim(written);
    *names_out = (struct texts){names, 0};
    if (rest.bytes == 0) {
        return true;
    }
    while (rest.data != NULL) {
        struct text name;
        text_cut(rest, ',', &name, &rest);
        name = text_trim(name);
        if (names_out->count == count_max || !is_one(name)) {
            return false;
        }
        names[names_out->count++] = name;
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

/* Absent is none; what is there must be one id. */
static bool read_id(struct text written, struct id *id_out)
{
    return written.data == NULL || (id_read(text_trim(written), id_out) && !id_is_none(*id_out));
}

static bool has_twice(const struct http_request *request)
{
    bool has = false;
    for (size_t i = 0; i < COUNT_OF(all_headers); i++) {
        has = has || count_headers(request, all_headers[i]) > 1;
    }
    return has;
}

static const char *complain_of_lists(const struct caller *caller, bool roles_are_read,
                                     bool permissions_are_read)
{
    if (!roles_are_read) {
        return "Kontora-Roles must be at most 32 names like admin or admin.moderator, with commas "
               "between them.";
    }
    if (!permissions_are_read) {
        return "Kontora-May must be at most 256 permissions like users.read, users.* or *, with "
               "commas between them.";
    }
    if (!id_is_none(caller->person) && has_role_of_services(caller->roles)) {
        return "Kontora-Roles has a role of services, but a person is none.";
    }
    return NULL;
}

/* What is wrong with them; NULL: nothing. */
static const char *read_headers(struct arena *arena, const struct http_request *request,
                                enum spokesman spokesman, struct caller *caller)
{
    struct text person = http_header_value(request, person_header);
    struct text may = http_header_value(request, permissions_header);
    struct text session = http_header_value(request, session_header);
    if (has_twice(request)) {
        return "Kontora-Person, Kontora-Roles, Kontora-May and Kontora-Session may be there once "
               "each.";
    }
    if (!read_id(person, &caller->person)) {
        return "Kontora-Person must be the id of a person, a UUID.";
    }
    if (person.data == NULL && spokesman != SPEAKS_FOR_ALL) {
        return "Kontora-Person is missing: Kontora-Roles are those of a person.";
    }
    if (person.data == NULL && (may.data != NULL || session.data != NULL)) {
        return "Kontora-Person is missing: Kontora-May and Kontora-Session are those of a person.";
    }
    if (!read_id(session, &caller->session)) {
        return "Kontora-Session must be the id of a session, a UUID.";
    }
    bool roles_are_read = read_names(arena, http_header_value(request, roles_header),
                                     CALLER_ROLES_MAX, is_role, &caller->roles);
    bool permissions_are_read = read_names(arena, may, CALLER_PERMISSIONS_MAX,
                                           spokesman_is_permission, &caller->permissions);
    return complain_of_lists(caller, roles_are_read, permissions_are_read);
}

enum status spokesman_read(struct arena *arena, const struct http_request *request,
                           enum spokesman spokesman, struct caller *caller, struct text *error_out)
{
    struct caller complete = *caller;
    char id[ID_TEXT_BYTES + 1];
    bool has_any = false;
    for (size_t i = 0; i < COUNT_OF(all_headers); i++) {
        has_any = has_any || count_headers(request, all_headers[i]) > 0;
    }
    if (!has_any) {
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
