/* user_operations.h - the operations of the directory, one file each; users.c routes to them. */
#ifndef SERVICES_USERS_USER_OPERATIONS_H
#define SERVICES_USERS_USER_OPERATIONS_H

#include "runtime/service.h"

enum status user_create_handle(struct call *call);
enum status user_change_handle(struct call *call);
enum status user_block_handle(struct call *call);
enum status user_unblock_handle(struct call *call);
enum status user_forget_handle(struct call *call);
enum status user_forget_order_handle(struct call *call);
enum status user_get_handle(struct call *call);
enum status user_list_handle(struct call *call);

/* Whom a command is about that takes nothing but a person_id. */
struct id user_of_order(const void *order);

/* What other services may tell the directory to do; user_commands.c. */
enum { USER_COMMAND_COUNT = 6 };
extern const struct command user_commands[USER_COMMAND_COUNT];

/* What the list takes. */
struct user_list_input {
    struct text q;
    struct text email;
    struct text external_id;
    struct text type;
    struct text role;
    struct text status;
    bool activated;
    struct text cursor;
    int64_t limit;
    int64_t offset;
    bool total;
};

/* The tables of what each takes; user_input.c. */
extern const struct shape user_create_takes;
extern const struct shape user_change_takes;
extern const struct shape user_id_takes;
extern const struct shape user_block_takes;
extern const struct shape user_list_takes;

#endif
