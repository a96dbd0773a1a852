/* sqlite_condition.h - what the two files that know SQLite share; nobody else includes it. */
#ifndef ENGINE_CONDITION_SQLITE_CONDITION_H
#define ENGINE_CONDITION_SQLITE_CONDITION_H

#include "engine/condition/condition_parts.h"

#include <sqlite3.h>

/* What SQL does not have, or has otherwise. The scratch arena belongs to the connection; a function
 * uses it for the time of its own call. */
void condition__add_functions(sqlite3 *db, struct arena *scratch);

/* May a condition call this? Asked by the authorizer. */
bool condition__may_call(const char *name);

#endif
