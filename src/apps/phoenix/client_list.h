/* client_list.h - what the staff reads of clients that were set up. */
#ifndef APPS_PHOENIX_CLIENT_LIST_H
#define APPS_PHOENIX_CLIENT_LIST_H

#include "runtime/call.h"

extern const struct shape clients_list_takes;
extern const struct shape employees_list_takes;
extern const struct refusal clients_bad_cursor;
extern const struct refusal clients_not_found;
NODISCARD enum status clients_list_handle(struct call *call);
NODISCARD enum status employees_list_handle(struct call *call);

#endif
