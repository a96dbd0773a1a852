/* corp_client.h - a corporate client: what is set up for a company whose request was approved. One
 * for each request, one entry in cargo, one employee for each person.
 */
#ifndef APPS_PHOENIX_CORP_CLIENT_H
#define APPS_PHOENIX_CORP_CLIENT_H

#include "base/field.h"
#include "base/id.h"
#include "store/migrate.h"
#include "store/store.h"

enum { PHOENIX_MIGRATION_COUNT = 3 };
extern const struct migration phoenix_migrations[PHOENIX_MIGRATION_COUNT];

struct corp_client {
    struct id corp_client_id;
    struct id ticket_id; /* the request it was made for */
    int64_t created_at;
    int64_t closed_at; /* 0: it is open */
    struct text company;
    struct text inn;
    struct text city;
    int64_t revision; /* of what cargo has of it; 0: nothing yet */
};
extern const struct shape corp_client_shape;

struct corp_employee {
    struct id employee_id;
    struct id corp_client_id;
    struct id user_id;
    struct text name;
    struct text phone;
    struct text email;
    struct text role;
    int64_t created_at;
};
extern const struct shape corp_employee_shape;

/* ABSENT: there is none. */
NODISCARD enum status corp_client_find(struct store *store, struct arena *arena, struct id id,
                                       struct corp_client *client_out);
NODISCARD enum status corp_client_find_of(struct store *store, struct arena *arena,
                                          struct id ticket_id, struct corp_client *client_out);

/* CONFLICT: somebody has made one for the request just now. */
NODISCARD enum status corp_client_insert(struct store *store, const struct corp_client *client);

/* What cargo has of it, as the row says; its revision has grown. */
NODISCARD enum status corp_client_update(struct store *store, const struct corp_client *client);
NODISCARD enum status corp_client_close(struct store *store, struct id ticket_id, int64_t now_ms);

/* Behind this id, the newest first. */
enum { CORP_CLIENTS_PAGE = 100 };
NODISCARD enum status corp_client_list(struct store *store, struct arena *arena, struct id after,
                                       struct rows *rows_out);

/* Of one person at one client. ABSENT: he is none. */
NODISCARD enum status corp_employee_find(struct store *store, struct arena *arena,
                                         struct id corp_client_id, struct id user_id,
                                         struct corp_employee *employee_out);
NODISCARD enum status corp_employee_insert(struct store *store,
                                           const struct corp_employee *employee);
NODISCARD enum status corp_employee_list(struct store *store, struct arena *arena,
                                         struct id corp_client_id, struct rows *rows_out);

#endif
